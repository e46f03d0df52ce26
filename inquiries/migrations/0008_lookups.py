import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inquiries', '0007_look_purposes'),
    ]

    operations = [
        migrations.CreateModel(
            name='LookupHash',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('inquiry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lookups', to='inquiries.inquiry')),
                ('kind', models.CharField(choices=[('email', 'E-mail address'), ('telephone', 'Telephone number'), ('name', 'Full name')], max_length=9)),
                ('period', models.CharField(max_length=16)),
                ('digest', models.CharField(max_length=64)),
            ],
        ),
        migrations.AddField(
            model_name='inquiry',
            name='indexed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='inquiry',
            index=models.Index(condition=models.Q(('indexed_at__isnull', True)), fields=['id'], name='inquiries_inquiry_unindexed'),
        ),
        migrations.AddIndex(
            model_name='lookuphash',
            index=models.Index(fields=['digest'], name='inquiries_lookup_digest'),
        ),
        migrations.AddIndex(
            model_name='lookuphash',
            index=models.Index(fields=['period'], name='inquiries_lookup_period'),
        ),
        migrations.AddConstraint(
            model_name='lookuphash',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['email', 'telephone', 'name'])), name='inquiries_lookup_kind_valid'),
        ),
        migrations.AddConstraint(
            model_name='lookuphash',
            constraint=models.UniqueConstraint(fields=('inquiry', 'kind'), name='inquiries_lookup_one_of_a_kind'),
        ),
    ]
