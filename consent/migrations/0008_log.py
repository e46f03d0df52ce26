import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0007_decision_salt_needed'),
    ]

    operations = [
        migrations.CreateModel(
            name='ErasurePermit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.CreateModel(
            name='Issuer',
            fields=[
                ('hash', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('content', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('position', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='Entry')),
                ('hash', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Node',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField()),
                ('position', models.BigIntegerField()),
                ('hash', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('record', models.UUIDField(primary_key=True, serialize=False)),
                ('position', models.BigIntegerField(unique=True)),
                ('version', models.PositiveSmallIntegerField()),
                ('key', models.CharField(max_length=16)),
                ('signature', models.BinaryField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='SignedText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('policy', 'policy version'), ('notice', 'notice')], max_length=6)),
                ('name', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('signed_at', models.DateTimeField()),
                ('key', models.CharField(max_length=16)),
                ('signature', models.BinaryField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='TreeHead',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='Entries')),
                ('log', models.UUIDField(verbose_name='Log')),
                ('root', models.BinaryField(max_length=32)),
                ('signed_at', models.DateTimeField(verbose_name='Signed on')),
                ('key', models.CharField(max_length=16, verbose_name='Key')),
                ('signature', models.BinaryField(max_length=64)),
            ],
            options={
                'verbose_name': 'tree head',
                'verbose_name_plural': 'tree heads',
            },
        ),
        migrations.CreateModel(
            name='Unsealed',
            fields=[
                ('record', models.UUIDField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name='VerificationRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(verbose_name='Started')),
                ('finished_at', models.DateTimeField(verbose_name='Finished')),
                ('entries', models.BigIntegerField(verbose_name='Entries')),
                ('records', models.BigIntegerField(verbose_name='Records')),
                ('findings', models.BigIntegerField(verbose_name='Findings')),
                ('first_finding', models.TextField(blank=True, verbose_name='First finding')),
            ],
            options={
                'verbose_name': 'verification',
                'verbose_name_plural': 'verifications',
            },
        ),
        migrations.AddConstraint(
            model_name='erasurepermit',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='consent_erasurepermit_is_one'),
        ),
        migrations.AddConstraint(
            model_name='leaf',
            constraint=models.CheckConstraint(condition=models.Q(('position__gte', 0)), name='consent_leaf_position_counts_from_zero'),
        ),
        migrations.AddConstraint(
            model_name='leaf',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('hash'), 32), name='consent_leaf_hash_is_sha256'),
        ),
        migrations.AddConstraint(
            model_name='node',
            constraint=models.UniqueConstraint(fields=('level', 'position'), name='consent_node_once'),
        ),
        migrations.AddConstraint(
            model_name='node',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', (8, 16, 24))), name='consent_node_level_is_stored'),
        ),
        migrations.AddConstraint(
            model_name='node',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('hash'), 32), name='consent_node_hash_is_sha256'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='issuer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='consent.issuer'),
        ),
        migrations.AddConstraint(
            model_name='signedtext',
            constraint=models.UniqueConstraint(fields=('kind', 'name'), name='consent_signedtext_once'),
        ),
        migrations.AddConstraint(
            model_name='signedtext',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['policy', 'notice'])), name='consent_signedtext_kind_valid'),
        ),
        migrations.AddConstraint(
            model_name='signedtext',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('signature'), 64), name='consent_signedtext_is_signed'),
        ),
        migrations.AddIndex(
            model_name='treehead',
            index=models.Index(fields=['signed_at'], name='consent_treehead_by_time'),
        ),
        migrations.AddConstraint(
            model_name='treehead',
            constraint=models.CheckConstraint(condition=models.Q(('size__gte', 1)), name='consent_treehead_covers_an_entry'),
        ),
        migrations.AddConstraint(
            model_name='treehead',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('root'), 32), name='consent_treehead_root_is_sha256'),
        ),
        migrations.AddConstraint(
            model_name='treehead',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('signature'), 64), name='consent_treehead_is_signed'),
        ),
        migrations.AddConstraint(
            model_name='verificationrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('findings', 0), ('first_finding', '')), models.Q(('findings__gt', 0), models.Q(('first_finding', ''), _negated=True)), _connector='OR'), name='consent_verificationrun_says_what_it_found'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('signature'), 64), name='consent_receipt_is_signed'),
        ),
    ]
