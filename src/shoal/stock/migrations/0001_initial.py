import django.db.models.deletion
import django.db.models.expressions
import shoal.kit.ids
from django.db import migrations, models

from shoal.kit.facts import append_only
from shoal.kit.partitions import CreatePartitionedModel
from shoal.kit.tables import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalog', '0001_initial'),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='Allotment',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('is_warehouse', models.BooleanField(default=False)),
                    ('received', models.BigIntegerField(default=0)),
                    ('available', models.BigIntegerField(default=0)),
                    ('held', models.BigIntegerField(default=0)),
                    ('sold', models.BigIntegerField(default=0)),
                    ('withdrawn', models.BigIntegerField(default=0)),
                    ('written_off', models.BigIntegerField(default=0)),
                    ('returned', models.BigIntegerField(default=0)),
                    ('sku', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allotments', to='catalog.sku')),
                ],
            ),
            migrations.CreateModel(
                name='Hold',
                fields=[
                    ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                    ('quantity', models.PositiveIntegerField()),
                    ('returned', models.PositiveIntegerField(default=0, help_text='of its sold units, back again')),
                    ('state', models.CharField(choices=[('held', 'Held'), ('sold', 'Sold'), ('released', 'Released'), ('returned', 'sold, and back on the shelf')], default='held', max_length=8)),
                    ('allotment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='stock.allotment')),
                ],
            ),
            CreatePartitionedModel(
                name='Movement',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('receive', 'into available'), ('hold', 'available to held'), ('release', 'held to available'), ('sell', 'held to sold'), ('withdraw', 'available to withdrawn'), ('write_off', 'available to written off'), ('return', 'back from a customer, available again')], max_length=10)),
                    ('quantity', models.PositiveIntegerField()),
                    ('line', models.UUIDField(help_text='the order line it is for', null=True)),
                    ('reason', models.CharField(blank=True, max_length=200)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('allotment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='stock.allotment')),
                ],
            ),
            migrations.AddConstraint(
                model_name='allotment',
                constraint=models.UniqueConstraint(condition=models.Q(('is_warehouse', True)), fields=('sku',), name='one_warehouse'),
            ),
            migrations.AddConstraint(
                model_name='allotment',
                constraint=models.CheckConstraint(condition=models.Q(('available__gte', 0), ('held__gte', 0), ('received__gte', 0), ('returned__gte', 0), ('sold__gte', 0), ('withdrawn__gte', 0), ('written_off__gte', 0)), name='stock_never_negative'),
            ),
            migrations.AddConstraint(
                model_name='allotment',
                constraint=models.CheckConstraint(condition=models.Q(('received', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('available'), '+', models.F('held')), '+', models.F('sold')), '+', models.F('withdrawn')), '+', models.F('written_off')), '-', models.F('returned')))), name='stock_adds_up'),
            ),
            migrations.AddConstraint(
                model_name='allotment',
                constraint=models.CheckConstraint(condition=models.Q(('sold__lte', django.db.models.expressions.CombinedExpression(models.F('received'), '+', models.F('returned')))), name='never_oversold'),
            ),
            migrations.AddConstraint(
                model_name='hold',
                constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='hold_positive'),
            ),
            migrations.AddConstraint(
                model_name='hold',
                constraint=models.CheckConstraint(condition=models.Q(('returned__lte', models.F('quantity')), models.Q(('returned', 0), ('state__in', ['sold', 'returned']), _connector='OR')), name='hold_returned'),
            ),
            migrations.AddConstraint(
                model_name='movement',
                constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='movement_positive'),
            ),
        ]),
        append_only("stock_movement"),
    ]
