from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

import consent.models.decision


class Migration(migrations.Migration):
    dependencies = [("consent", "0006_decision_salt_filled")]

    operations = [
        migrations.AlterField(
            model_name="decision",
            name="salt",
            field=models.BinaryField(default=consent.models.decision.new_salt, max_length=16),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=Exact(Length("salt"), 16), name="consent_decision_salt_is_whole"
            ),
        ),
    ]
