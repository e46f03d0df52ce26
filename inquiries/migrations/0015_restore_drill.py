from django.db import migrations, models
from django.db.models import Q

PROBLEMS = [
    ("key", "The private key that opens the backup is not here"),
    ("file", "The backup cannot be read: it is missing, cut short, altered or of a newer version"),
    ("base", "The backup could not be restored into a database"),
    ("rows", "What was restored is not what was backed up"),
    ("sealed", "A private key that opens inquiries of the backup is not here"),
]


class Migration(migrations.Migration):

    dependencies = [
        ("inquiries", "0014_retention"),
    ]

    operations = [
        migrations.CreateModel(
            name="RestoreDrill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="Date and time")),
                ("backup_made_at", models.DateTimeField(blank=True, null=True, verbose_name="Backup made")),
                ("database", models.CharField(blank=True, max_length=10, verbose_name="Restored into")),
                ("tables", models.PositiveIntegerField(default=0, verbose_name="Tables")),
                ("rows", models.PositiveBigIntegerField(default=0, verbose_name="Rows")),
                ("seconds", models.FloatField(default=0, verbose_name="Seconds")),
                ("problem", models.CharField(blank=True, choices=PROBLEMS, max_length=6, verbose_name="Problem")),
            ],
            options={
                "verbose_name": "restore drill",
                "verbose_name_plural": "restore drills",
                "indexes": [models.Index(name="inquiries_drill_newest", fields=["-at"])],
                "constraints": [
                    models.CheckConstraint(
                        name="inquiries_drill_problem_valid",
                        condition=Q(problem__in=["", "key", "file", "base", "rows", "sealed"]),
                    ),
                    models.CheckConstraint(
                        name="inquiries_drill_names_what_it_restored",
                        condition=~Q(problem="") | Q(backup_made_at__isnull=False, tables__gt=0) & ~Q(database=""),
                    ),
                ],
            },
        ),
    ]
