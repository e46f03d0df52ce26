from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("inquiries", "0003_held_mail"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("times", models.PositiveIntegerField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["ends_at"], name="inquiries_tally_ended")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(times__gte=1), name="inquiries_tally_counts_something"
                    )
                ],
            },
        ),
    ]
