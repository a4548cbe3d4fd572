from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0009_remember_ids_of_new_sub_audiences")]

    operations = [
        migrations.RemoveConstraint(
            model_name='campaignrun',
            name='one_open_run_of_a_campaign',
        ),
        migrations.AlterField(
            model_name='campaign',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('scheduled', 'Scheduled'), ('sending', 'Sending'), ('active', 'Active'), ('delivered', 'Delivered'), ('paused', 'Paused'), ('stopping', 'Stopping…'), ('stopped', 'Stopped'), ('error', 'Error'), ('archived', 'Archived')], default='draft', max_length=10),
        ),
        migrations.AlterField(
            model_name='campaignrun',
            name='state',
            field=models.CharField(choices=[('preparing', 'Preparing'), ('sending', 'Sending'), ('paused', 'Paused'), ('stopping', 'Stopping…'), ('delivered', 'Delivered'), ('stopped', 'Stopped'), ('failed', 'Error')], default='preparing', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='campaignrun',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['preparing', 'sending', 'paused', 'stopping'])), fields=('tenant', 'campaign'), name='one_open_run_of_a_campaign'),
        ),
    ]
