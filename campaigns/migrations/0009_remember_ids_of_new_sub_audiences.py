from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0008_know_who_began_runs_and_their_sub_audiences")]

    operations = [
        migrations.AddField(
            model_name="campaignedit",
            name="placed",
            field=models.JSONField(default=dict),
        ),
    ]
