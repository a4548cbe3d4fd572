from django.db import migrations


class Migration(migrations.Migration):
    """Nobody asked of these whether personal data decided what they count: restricted people read their titles."""

    dependencies = [
        ('notifications', '0006_words_for_restricted_people'),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE notifications_notification SET redacted_body = '' "
            "WHERE redacted_body IS NULL AND topic IN ('delivery', 'campaigns')",
            migrations.RunSQL.noop,
        ),
    ]
