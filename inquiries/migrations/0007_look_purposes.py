from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inquiries', '0006_data_requests'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='look',
            name='inquiries_look_purpose_valid',
        ),
        migrations.RemoveConstraint(
            model_name='look',
            name='inquiries_look_names_who',
        ),
        migrations.AlterField(
            model_name='look',
            name='purpose',
            field=models.CharField(choices=[('answer', 'To answer and confirm the inquiry'), ('operate', 'To run this website'), ('plan', 'For policy planning'), ('acknowledge', 'System: to send the acknowledgement'), ('send', 'System: to send an answer or a notice'), ('index', 'System: to make it findable by name, e-mail address or telephone number'), ('seal_again', 'System: to seal it again under a newer key')], max_length=12, verbose_name='Purpose'),
        ),
        migrations.AddConstraint(
            model_name='look',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['answer', 'operate', 'plan', 'acknowledge', 'send', 'index', 'seal_again'])), name='inquiries_look_purpose_valid'),
        ),
        migrations.AddConstraint(
            model_name='look',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('by__isnull', True), ('purpose__in', ['acknowledge', 'send', 'index', 'seal_again'])), models.Q(('by__isnull', False), ('purpose__in', ['answer', 'operate', 'plan'])), _connector='OR'), name='inquiries_look_names_who'),
        ),
    ]
