"""The database itself keeps what was recorded, whoever writes to it: rows are added, never altered, and a decision is
erased on its day only, by the retention routine.

Each refusal is an IntegrityError that names the guard: `<table>_no_update`, `…_no_delete`, and for the detours past
both `…_no_replace` (SQLite) and `…_no_truncate` (PostgreSQL). SQLite loses a table's triggers when a migration makes
the table anew, and refuses to make one anew that another's trigger mentions; so the guards are taken off before every
migration, made again after it, and looked for at every start.

What they can't do: whoever owns the database can drop them. For that there is the log (`consent/seal.py`).
"""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.conf import settings
from django.db import connection, transaction

from consent import triggers
from consent.triggers import Guard, Queue

ONLY_ADDED_TO = ("RegisterVersion", "Leaf", "Node", "TreeHead", "Issuer", "SignedText", "VerificationRun")

WITH_EXCEPTIONS = ("Decision", "Receipt", "Notice", "PolicyVersion")


def make(state: Any = installed) -> list[str]:
    """Make the guards that are missing or altered, for the tables that a state of the migrations has.

    Decisions that came while nothing told the log of them are told to it. Returns the names of the guards made.
    """
    missing = set(problems(state))
    wanting = [trigger for trigger in _triggers(state) if trigger.name in missing]
    with transaction.atomic(), connection.cursor() as cursor:
        for trigger in wanting:
            triggers.make(cursor, trigger)
        if any(isinstance(trigger, Queue) for trigger in wanting):
            cursor.execute(TELL_THE_LOG)
    return [trigger.name for trigger in wanting]


def lift() -> None:
    """Take every guard off."""
    with transaction.atomic(), connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for trigger in _triggers(installed):
            if trigger.table in tables:
                triggers.drop(cursor, trigger)


def problems(state: Any = installed) -> list[str]:
    """Return the names of the guards that are missing, switched off or altered."""
    with connection.cursor() as cursor:
        kept = triggers.kept(cursor)
    return [trigger.name for trigger in _triggers(state) if kept.get(trigger.name) != trigger.kept]


def lift_before_migration(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Receive Django's pre_migrate signal."""
    if using == "default":
        lift()


def make_after_migration(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Receive Django's post_migrate signal."""
    if using == "default":
        make(kwargs.get("apps") or installed)


TELL_THE_LOG = """
INSERT INTO consent_unsealed (record) SELECT id FROM consent_decision
WHERE NOT EXISTS (SELECT 1 FROM consent_receipt WHERE consent_receipt.record = consent_decision.id)
AND NOT EXISTS (SELECT 1 FROM consent_unsealed WHERE consent_unsealed.record = consent_decision.id)
"""


def _triggers(state: Any) -> list[Guard | Queue]:
    """Return the triggers for the tables that a state of the migrations has."""
    models = {model._meta.object_name: model for model in state.get_models() if model._meta.app_label == "consent"}
    if "ErasurePermit" not in models:  # a state of before there was a log
        return []
    conditions = _exceptions(state)
    guards: list[Guard | Queue] = []
    for options in (models[name]._meta for name in (*ONLY_ADDED_TO, *WITH_EXCEPTIONS) if name in models):
        no_update, no_delete = conditions.get(options.object_name, ("", ""))
        guards += [
            Guard(options.db_table, "no_update", "UPDATE", no_update),
            Guard(options.db_table, "no_delete", "DELETE", no_delete),
            _no_detour(options),
        ]
    return [*guards, Queue("consent_decision", "id", "consent_unsealed", "record")]


def _exceptions(state: Any) -> dict[str, tuple[str, str]]:
    """Return by model when an UPDATE and when a DELETE is refused; empty means always."""
    no_permit = "NOT EXISTS (SELECT 1 FROM consent_erasurepermit)"
    is_published = "OLD.published_at IS NOT NULL"
    taken = "EXISTS (SELECT 1 FROM consent_policyversion WHERE number = NEW.number AND id <> NEW.id)"
    return {
        "Decision": ("", f"{no_permit} OR {_is_too_young()}"),
        "Receipt": ("", no_permit),
        # Its words stay; the day on which it was last published moves forward.
        "Notice": (f"{_differs(state, 'Notice', but='published_at')} OR NEW.published_at < OLD.published_at", ""),
        # A draft is free, but can't take a published version's number.
        "PolicyVersion": (f"{is_published} AND ({_differs(state, 'PolicyVersion')}) OR {taken}", is_published),
    }


def _no_detour(options: Any) -> Guard:
    """Refuse what takes rows away without a DELETE: PostgreSQL's TRUNCATE, SQLite's REPLACE (by any unique key)."""
    table = options.db_table
    if connection.vendor == "postgresql":
        return Guard(table, "no_truncate", "TRUNCATE")
    keys = [[field.column] for field in options.local_concrete_fields if field.unique]
    keys += [list(constraint.fields) for constraint in options.total_unique_constraints]
    same = [" AND ".join(f"{column} = NEW.{column}" for column in key) for key in sorted(keys)]
    taken = f"EXISTS (SELECT 1 FROM {table} WHERE {' OR '.join(same)})"  # noqa: S608 (names from the models)
    return Guard(table, "no_replace", "INSERT", taken)


def _is_too_young() -> str:
    # A day less: the database's clock may go behind the site's, and leap days fall differently.
    years = settings.DECISION_LEDGER_YEARS
    if connection.vendor == "postgresql":
        return f"OLD.made_at > now() - interval '{years} years' + interval '1 day'"
    return f"OLD.made_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{years} years', '+1 day')"


def _differs(state: Any, name: str, but: str = "") -> str:
    distinct = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    fields = state.get_model("consent", name)._meta.local_concrete_fields
    columns = sorted(field.column for field in fields if field.name != but)
    return " OR ".join(f"NEW.{column} {distinct} OLD.{column}" for column in columns)
