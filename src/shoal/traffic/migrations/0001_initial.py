import django.db.models.deletion
import shoal.kit.ids
from django.db import migrations, models

from shoal.kit.facts import append_only
from shoal.kit.partitions import CreatePartitionedModel
from shoal.kit.tables import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('shops', '0001_initial'),
    ]

    operations = [
        CreateTables([
            CreatePartitionedModel(
                name='Trace',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('visit', 'came through a share'), ('open', 'a page of a shop was looked at'), ('share', 'a keeper passed something on')], max_length=5)),
                    ('shop', models.UUIDField()),
                    ('share', models.CharField(blank=True, help_text='code of the share, if any', max_length=12)),
                    ('thing', models.CharField(choices=[('shop', 'Shop'), ('sale', 'Sale'), ('product', 'Product')], max_length=8)),
                    ('thing_code', models.CharField(max_length=12)),
                    ('visitor', models.CharField(blank=True, max_length=22)),
                    ('came_from', models.CharField(choices=[('chat', 'Chat'), ('social', 'Social'), ('search', 'Search'), ('link', 'Link'), ('none', 'None')], default='none', max_length=6)),
                    ('robot', models.BooleanField(default=False)),
                    ('at', models.DateTimeField()),
                ],
                options={
                    'indexes': [models.Index(fields=['shop', 'at'], name='trace_shop'), models.Index(condition=models.Q(('kind', 'visit')), fields=['share', 'id'], name='trace_share')],
                },
            ),
            migrations.CreateModel(
                name='Share',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('thing', models.CharField(choices=[('shop', 'Shop'), ('sale', 'Sale'), ('product', 'Product')], max_length=8)),
                    ('thing_code', models.CharField(help_text='code of the shop, sale or product', max_length=12)),
                    ('channel', models.CharField(default='link', help_text='link, poster, qr, …', max_length=20)),
                    ('material', models.UUIDField(help_text='the material forwarded with it', null=True)),
                    ('by', models.CharField(max_length=40)),
                    ('created_at', models.DateTimeField()),
                    ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='shops.shop')),
                ],
                options={
                    'indexes': [models.Index(fields=['shop', '-created_at'], name='share_shop')],
                },
            ),
        ]),
        append_only("traffic_trace"),
    ]
