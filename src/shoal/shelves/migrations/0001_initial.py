import django.db.models.deletion
import shoal.kit.ids
from django.db import migrations, models

from shoal.kit.tables import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalog', '0001_initial'),
        ('offers', '0001_initial'),
        ('shops', '0001_initial'),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='Shelf',
                fields=[
                    ('shop', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='shelf', serialize=False, to='shops.shop')),
                    ('rule', models.CharField(choices=[('all', 'All'), ('chosen', 'only these brands and categories')], default='all', max_length=10)),
                    ('brands', models.JSONField(default=list, help_text='codes of brands it follows')),
                    ('categories', models.JSONField(default=list, help_text='codes of categories it follows')),
                    ('markup_kind', models.CharField(default='none', help_text='none, fixed, percent', max_length=8)),
                    ('markup_value', models.BigIntegerField(default=0, help_text='minor units, or basis points')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('markup_kind', 'none'), ('markup_value', 0)), ('markup_kind', 'fixed'), models.Q(('markup_kind', 'percent'), ('markup_value__gte', -10000), ('markup_value__lte', 10000)), _connector='OR'), name='shelf_markup')],
                },
            ),
            migrations.CreateModel(
                name='Markup',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('markup_minor', models.BigIntegerField(help_text='added to the sale price; may be negative')),
                    ('offer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='offers.offer')),
                    ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='markups', to='shops.shop')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('shop', 'offer'), name='one_markup')],
                },
            ),
            migrations.CreateModel(
                name='Placement',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('hidden', 'Hidden'), ('pinned', 'Pinned')], max_length=8)),
                    ('position', models.PositiveIntegerField(default=0)),
                    ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.product')),
                    ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='placements', to='shops.shop')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('shop', 'product'), name='one_placement')],
                },
            ),
            migrations.CreateModel(
                name='Words',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('text', models.CharField(max_length=300)),
                    ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.product')),
                    ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='shops.shop')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('shop', 'product'), name='one_word_of_hers')],
                },
            ),
        ]),
    ]
