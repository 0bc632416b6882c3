import django.db.models.deletion
import shoal.kit.ids
from django.conf import settings
from django.db import migrations, models

from shoal.kit.facts import append_only


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('shops', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                ('begun_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('unread_by_shop', models.PositiveIntegerField(default=0)),
                ('unread_by_customer', models.PositiveIntegerField(default=0)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to=settings.AUTH_USER_MODEL)),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to='shops.shop')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['shop', '-last_at'], name='conversation_shop'),
                    models.Index(fields=['customer', '-last_at'], name='conversation_customer'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('shop', 'customer'), name='one_conversation'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('side', models.CharField(choices=[('customer', 'Customer'), ('shop', 'Shop')], max_length=10)),
                ('sealed', models.BinaryField(help_text='vault of the customer: text')),
                ('about', models.CharField(blank=True, choices=[('product', 'Product'), ('order', 'Order')], max_length=10)),
                ('about_code', models.CharField(blank=True, help_text="the product's or order's", max_length=12)),
                ('by', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='care.conversation')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['conversation', '-at'], name='message_conversation'),
                ],
            },
        ),
        append_only("care_message"),
    ]
