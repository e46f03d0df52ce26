"""What people ask for about their own data, with its clock."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inquiries', '0005_sender_access'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DataRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('purpose', 'Notice of the purpose of use'), ('disclose', 'Disclosure'), ('correct', 'Correction, addition or deletion'), ('stop', 'Ceasing of use or deletion'), ('third_party', 'Ceasing of provision to third parties'), ('records', 'Disclosure of records of provision to third parties'), ('erase', 'Erasure of this inquiry')], max_length=12, verbose_name='What is asked for')),
                ('state', models.CharField(choices=[('open', 'Being handled'), ('done', 'Done'), ('refused', 'Refused')], default='open', max_length=10, verbose_name='State')),
                ('made_at', models.DateTimeField(verbose_name='Received')),
                ('due_on', models.DateField(verbose_name='Answer due')),
                ('token_digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('sealed', models.BinaryField()),
                ('sender_copy', models.BinaryField()),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='Decided')),
                ('decision_sealed', models.BinaryField(null=True)),
                ('decision_copy', models.BinaryField(null=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Who')),
                ('inquiry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requests', to='inquiries.inquiry', verbose_name='inquiry')),
            ],
            options={
                'verbose_name': 'request about personal data',
                'verbose_name_plural': 'requests about personal data',
            },
        ),
        migrations.AddIndex(
            model_name='datarequest',
            index=models.Index(condition=models.Q(('decided_at__isnull', True)), fields=['due_on'], name='inquiries_request_due'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['purpose', 'disclose', 'correct', 'stop', 'third_party', 'records', 'erase'])), name='inquiries_request_kind_valid'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'done', 'refused'])), name='inquiries_request_state_valid'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('decision_copy__isnull', True), ('decision_sealed__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='inquiries_request_decided_has_its_time'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('decided_by__isnull', False), ('decision_copy__isnull', False), ('decision_sealed__isnull', False)), _connector='OR'), name='inquiries_request_refused_has_its_reason'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True), ('kind', 'erase')), fields=('inquiry',), name='inquiries_request_one_erasure'),
        ),
    ]
