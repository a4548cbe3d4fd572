from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('segments', '0003_keep_breakdown_choices'),
    ]

    operations = [
        migrations.AddField(
            model_name='segmentedit',
            name='redoable',
            field=models.BooleanField(default=False),
        ),
    ]
