import shoal.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Outgoing',
            fields=[
                ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('text', 'Text'), ('mail', 'Mail')], max_length=8)),
                ('key', models.UUIDField()),
                ('sealed', models.BinaryField(help_text='vault of the day: to, subject, body')),
                ('made_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(help_text='a provider took it', null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['made_at'], name='outgoing_made')],
            },
        ),
    ]
