from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0010_show_runs_that_are_stopping")]

    operations = [
        migrations.AddField(
            model_name="campaignrun",
            name="decided_by_pii",
            field=models.BooleanField(default=True),
        ),
    ]
