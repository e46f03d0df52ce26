"""Whether the site is alive, and whether it is ready to serve."""

from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from consent import guards
from consent import keys as signing
from inquiries import keyring, spool
from inquiries.models import WorkerBeat

WORKER_SILENT_AFTER = timedelta(seconds=60)


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 where everything that serving needs is there, else 503; names what, never why in detail."""
    checks = {
        "database": _database(),
        "migrations": False,
        "guards": False,
        "keys": keyring.is_in_order() and (settings.SITE_ROLE == "public" or signing.is_ready()),
        "spool": spool.is_in_order(),
        "worker": False,
    }
    if checks["database"]:
        checks["migrations"] = _migrations()
        checks["guards"] = checks["migrations"] and not guards.problems()
        checks["worker"] = checks["migrations"] and _worker()
    if settings.SITE_ROLE == "public":
        del checks["worker"]  # it is the staff machine's
    status = HTTPStatus.OK if all(checks.values()) else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse(checks, status=status)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    targets = executor.loader.graph.leaf_nodes()
    return not executor.migration_plan(targets)


def _worker() -> bool:
    return WorkerBeat.objects.filter(seen_at__gte=timezone.now() - WORKER_SILENT_AFTER).exists()
