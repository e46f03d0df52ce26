from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("inquiries", "0011_look_reference_filled"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="look",
            constraint=models.CheckConstraint(
                condition=models.Q(reference="", _negated=True), name="inquiries_look_names_its_inquiry"
            ),
        ),
    ]
