import django.db.models.deletion
import shoal.kit.ids
from django.conf import settings
from django.db import migrations, models

from shoal.kit.facts import append_only
from shoal.kit.tables import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='Shop',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('name', models.CharField(max_length=40)),
                    ('greeting', models.CharField(blank=True, max_length=200)),
                    ('currency', models.CharField(max_length=3)),
                    ('state', models.CharField(choices=[('open', 'open'), ('paused', 'taking a break'), ('suspended', 'stopped by the platform')], default='open', max_length=10)),
                    ('avatar', models.ImageField(blank=True, upload_to='shops/')),
                    ('banner', models.ImageField(blank=True, upload_to='shops/')),
                    ('palette', models.CharField(default='sea', max_length=12)),
                    ('blocks', models.JSONField(default=list, help_text="the order of the blocks of the shop's home")),
                    ('version', models.PositiveBigIntegerField(default=1, help_text='goes up with every visible change')),
                    ('opened_at', models.DateTimeField()),
                ],
            ),
            migrations.CreateModel(
                name='ShopStep',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('open', 'open'), ('paused', 'taking a break'), ('suspended', 'stopped by the platform')], max_length=10)),
                    ('reason', models.CharField(blank=True, max_length=200)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='shops.shop')),
                ],
            ),
            migrations.CreateModel(
                name='ShopMember',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('role', models.CharField(choices=[('keeper', 'Keeper'), ('helper', 'Helper')], max_length=10)),
                    ('since_at', models.DateTimeField()),
                    ('until_at', models.DateTimeField(null=True)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shop_roles', to=settings.AUTH_USER_MODEL)),
                    ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='shops.shop')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('until_at', None)), fields=('shop', 'person'), name='one_shop_role'), models.UniqueConstraint(condition=models.Q(('role', 'keeper'), ('until_at', None)), fields=('shop',), name='one_keeper')],
                },
            ),
        ]),
        append_only("shops_shopstep"),
    ]
