from django.db import migrations


class Migration(migrations.Migration):
    """These date from before personal data was checked for: people with restricted access see only their titles."""

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
