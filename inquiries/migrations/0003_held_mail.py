from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("inquiries", "0002_quarantine"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="outboxitem", name="inquiries_outbox_delivery_valid"),
        migrations.RemoveIndex(model_name="outboxitem", name="inquiries_outbox_due"),
        migrations.AlterField(
            model_name="outboxitem",
            name="delivery",
            field=models.CharField(
                choices=[
                    ("held", "Held until staff release the inquiry"),
                    ("waiting", "Waiting"),
                    ("sending", "Being sent"),
                    ("sent", "Sent"),
                    ("uncertain", "Uncertain: it may or may not have been sent"),
                    ("failed", "Failed"),
                ],
                default="waiting",
                max_length=10,
                verbose_name="Delivery",
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxitem",
            constraint=models.CheckConstraint(
                condition=models.Q(delivery__in=["held", "waiting", "sending", "sent", "uncertain", "failed"]),
                name="inquiries_outbox_delivery_valid",
            ),
        ),
        migrations.AddIndex(
            model_name="outboxitem",
            index=models.Index(
                condition=models.Q(done_at__isnull=True), fields=["delivery", "due_at"], name="inquiries_outbox_due"
            ),
        ),
    ]
