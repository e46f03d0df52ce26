import secrets
import uuid

from django.db import migrations

BATCH = 2_000


def fill(apps, schema_editor):
    """Give each decision of before a salt of its own, in batches along the record numbers."""
    decision = apps.get_model("consent", "Decision")
    last = uuid.UUID(int=0)
    while batch := list(decision.objects.filter(pk__gt=last).order_by("pk").only("pk", "salt")[:BATCH]):
        unsalted = [each for each in batch if not each.salt]
        for each in unsalted:
            each.salt = secrets.token_bytes(16)
        decision.objects.bulk_update(unsalted, ["salt"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    atomic = False  # a batch that is done stays done

    dependencies = [("consent", "0005_decision_salt")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
