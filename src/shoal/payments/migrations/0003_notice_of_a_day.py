from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0002_intent_client'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['provider', 'happened_at'], name='notice_of_a_day'),
        ),
    ]
