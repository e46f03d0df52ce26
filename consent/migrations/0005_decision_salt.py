from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the salt of each decision; the next migration fills it, the one after makes it necessary."""

    dependencies = [("consent", "0004_statistics")]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="salt",
            field=models.BinaryField(max_length=16, null=True),
        ),
    ]
