from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("inquiries", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="inquiry", name="inquiries_inquiry_state_valid"),
        migrations.RemoveConstraint(model_name="inquiry", name="inquiries_inquiry_closed_has_its_time"),
        migrations.AddField(
            model_name="inquiry",
            name="suspicions",
            field=models.CharField(blank=True, max_length=100, verbose_name="Suspected because"),
        ),
        migrations.AlterField(
            model_name="inquiry",
            name="state",
            field=models.CharField(
                choices=[
                    ("quarantine", "Quarantine"),
                    ("new", "New"),
                    ("open", "Open"),
                    ("answered", "Answered"),
                    ("closed", "Closed"),
                    ("spam", "Spam"),
                ],
                default="new",
                max_length=10,
                verbose_name="State",
            ),
        ),
        migrations.AddConstraint(
            model_name="inquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(state__in=["quarantine", "new", "open", "answered", "closed", "spam"]),
                name="inquiries_inquiry_state_valid",
            ),
        ),
        migrations.AddConstraint(
            model_name="inquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(closed_at__isnull=False, state__in=["closed", "spam"])
                | models.Q(models.Q(state__in=["closed", "spam"], _negated=True), closed_at__isnull=True),
                name="inquiries_inquiry_closed_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="inquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(state="quarantine", suspicions="", _negated=True),
                name="inquiries_inquiry_quarantine_has_its_reasons",
            ),
        ),
    ]
