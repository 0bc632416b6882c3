import django.db.models.deletion
import shoal.kit.ids
from django.db import migrations, models

from shoal.kit.facts import append_only
from shoal.kit.partitions import CreatePartitionedModel


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('brands', '0001_initial'),
        ('orders', '0001_initial'),
        ('shops', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('lines', models.PositiveIntegerField()),
                ('by', models.CharField(max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name='SettledFreight',
            fields=[
                ('parcel', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='settled', serialize=False, to='orders.parcel')),
                ('currency', models.CharField(max_length=3)),
                ('freight_minor', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settled_freight', to='settlement.batch')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
            ],
        ),
        CreatePartitionedModel(
            name="SettledLine",
            fields=[
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='settled', serialize=False, to='orders.orderline')),
                ('currency', models.CharField(max_length=3)),
                ('brand_minor', models.BigIntegerField()),
                ('keeper_minor', models.BigIntegerField()),
                ('platform_minor', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settled_lines', to='settlement.batch')),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ('earner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settled_lines', to='shops.shop')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settled_lines', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(fields=['brand', '-at'], name='settled_brand'), models.Index(fields=['earner', '-at'], name='settled_earner')],
                'constraints': [models.CheckConstraint(condition=models.Q(('brand_minor__gte', 0), ('keeper_minor__gte', 0), ('platform_minor__gte', 0)), name='settled_parts'), models.CheckConstraint(condition=models.Q(('earner__isnull', False), ('keeper_minor', 0), _connector='OR'), name='earning_has_earner')],
            },
        ),
        append_only("settlement_settledline"),
        append_only("settlement_settledfreight"),
    ]
