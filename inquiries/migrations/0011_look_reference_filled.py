from typing import Any

from django.db import migrations, models


def fill(apps: Any, schema_editor: Any) -> None:
    """Give each look of before the reference number of its inquiry."""
    inquiries = apps.get_model("inquiries", "Inquiry").objects.filter(pk=models.OuterRef("inquiry"))
    looks = apps.get_model("inquiries", "Look").objects.filter(reference="")
    looks.update(reference=models.Subquery(inquiries.values("reference")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ("inquiries", "0010_look_reference"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
