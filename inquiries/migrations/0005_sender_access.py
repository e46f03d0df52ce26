"""The sender's copy and its key, messages and corrections from the sender, and who withdrew."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inquiries', '0004_tally'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='message',
            name='inquiries_message_direction_valid',
        ),
        migrations.RemoveConstraint(
            model_name='outboxitem',
            name='inquiries_outbox_kind_valid',
        ),
        migrations.RemoveConstraint(
            model_name='outboxitem',
            name='inquiries_outbox_answer_has_its_message',
        ),
        migrations.AddField(
            model_name='inquiry',
            name='closed_because',
            field=models.CharField(blank=True, choices=[('withdrawn', 'Withdrawn by the sender')], max_length=10),
        ),
        migrations.AddField(
            model_name='inquiry',
            name='publish_name_changed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='inquiry',
            name='sender_copy',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='inquiry',
            name='sender_key',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='inquiry',
            name='wrote_again_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='Sender wrote again'),
        ),
        migrations.AddField(
            model_name='message',
            name='kind',
            field=models.CharField(choices=[('words', 'Message'), ('correction', 'Correction')], default='words', max_length=10),
        ),
        migrations.AddField(
            model_name='message',
            name='sender_copy',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='token_digest',
            field=models.CharField(blank=True, max_length=64, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name='look',
            name='purpose',
            field=models.CharField(choices=[('answer', 'To answer and confirm the inquiry'), ('operate', 'To run this website'), ('plan', 'For policy planning'), ('acknowledge', 'System: to send the acknowledgement'), ('send', 'System: to send an answer or a notice')], max_length=12, verbose_name='Purpose'),
        ),
        migrations.AlterField(
            model_name='message',
            name='author',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='message',
            name='direction',
            field=models.CharField(choices=[('out', 'Answer'), ('in', 'From the sender')], max_length=3),
        ),
        migrations.AlterField(
            model_name='outboxitem',
            name='kind',
            field=models.CharField(choices=[('ack', 'Acknowledgement'), ('answer', 'Answer'), ('moved', 'Notice of a changed address')], max_length=6, verbose_name='Kind'),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=models.CheckConstraint(condition=models.Q(('closed_because', ''), models.Q(('closed_because__in', ['withdrawn']), ('state', 'closed')), _connector='OR'), name='inquiries_inquiry_closed_because_valid'),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sender_copy__isnull', True), ('sender_key__isnull', True)), models.Q(('sender_copy__isnull', False), ('sender_key__isnull', False)), _connector='OR'), name='inquiries_inquiry_sender_key_has_its_copy'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('direction__in', ['out', 'in'])), name='inquiries_message_direction_valid'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'words'), models.Q(('direction', 'in'), ('kind', 'correction')), _connector='OR'), name='inquiries_message_kind_valid'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('author__isnull', False), ('direction', 'out'), ('token_digest__isnull', True)), models.Q(('author__isnull', True), ('direction', 'in'), ('sender_copy__isnull', False), ('token_digest__isnull', False)), _connector='OR'), name='inquiries_message_names_its_author'),
        ),
        migrations.AddConstraint(
            model_name='outboxitem',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['ack', 'answer', 'moved'])), name='inquiries_outbox_kind_valid'),
        ),
        migrations.AddConstraint(
            model_name='outboxitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['answer', 'moved']), ('message__isnull', False)), models.Q(('kind', 'ack'), ('message__isnull', True)), _connector='OR'), name='inquiries_outbox_answer_has_its_message'),
        ),
    ]
