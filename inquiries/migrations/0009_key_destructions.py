from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inquiries', '0008_lookups'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeyDestruction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=16, unique=True)),
                ('because', models.CharField(choices=[('time', 'past every retention'), ('decision', 'by hand')], max_length=8)),
                ('decided_at', models.DateTimeField()),
                ('destroyed_at', models.DateTimeField(blank=True, null=True)),
                ('made_unreadable', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.AddConstraint(
            model_name='keydestruction',
            constraint=models.CheckConstraint(condition=models.Q(('because__in', ['time', 'decision'])), name='inquiries_keydestruction_because_valid'),
        ),
        migrations.AddConstraint(
            model_name='keydestruction',
            constraint=models.CheckConstraint(condition=models.Q(('because', 'decision'), ('made_unreadable', 0), _connector='OR'), name='inquiries_keydestruction_time_loses_nothing'),
        ),
    ]
