import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("inquiries", "0009_key_destructions"),
    ]

    operations = [
        migrations.AddField(
            model_name="look",
            name="reference",
            field=models.CharField(default="", max_length=16, verbose_name="Reference number"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="look",
            name="inquiry",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="looks",
                to="inquiries.inquiry",
                verbose_name="inquiry",
            ),
        ),
    ]
