import django.db.models.deletion
import django.db.models.expressions
import django.db.models.lookups
import shoal.kit.ids
from django.db import migrations, models

from shoal.kit.facts import append_only
from shoal.kit.tables import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('brands', '0001_initial'),
        ('catalog', '0001_initial'),
        ('stock', '0001_initial'),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='FlashSale',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('titles', models.JSONField(help_text='language to text')),
                    ('summaries', models.JSONField(default=dict, help_text='language to text')),
                    ('base_language', models.CharField(default='zh', max_length=8)),
                    ('cover', models.ImageField(blank=True, upload_to='sales/')),
                    ('starts_at', models.DateTimeField()),
                    ('ends_at', models.DateTimeField()),
                    ('trailer_at', models.DateTimeField(help_text='from then on keepers and customers see what is to come')),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('applied', 'Applied for'), ('scheduled', 'Scheduled'), ('refused', 'Refused'), ('cancelled', 'Cancelled')], default='draft', max_length=10)),
                    ('version', models.PositiveBigIntegerField(default=1, help_text='goes up with every visible change')),
                    ('created_at', models.DateTimeField()),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sales', to='brands.brand')),
                ],
            ),
            migrations.CreateModel(
                name='Offer',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('currency', models.CharField(max_length=3)),
                    ('supply_minor', models.BigIntegerField()),
                    ('sale_minor', models.BigIntegerField()),
                    ('list_minor', models.BigIntegerField(help_text='the usual price elsewhere, if proved', null=True)),
                    ('floor_minor', models.BigIntegerField()),
                    ('cap_minor', models.BigIntegerField()),
                    ('rate_bp', models.PositiveIntegerField()),
                    ('per_customer', models.PositiveIntegerField(help_text='units one customer may buy', null=True)),
                    ('return_days', models.PositiveSmallIntegerField(help_text="after arrival; null: as long as the installation's setting says", null=True)),
                    ('opens_at', models.DateTimeField()),
                    ('closes_at', models.DateTimeField(help_text='null: standing', null=True)),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('listed', 'Listed'), ('withdrawn', 'Withdrawn')], default='listed', max_length=10)),
                    ('version', models.PositiveIntegerField(default=1)),
                    ('created_at', models.DateTimeField()),
                    ('allotment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='stock.allotment')),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='brands.brand')),
                    ('sale', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='offers.flashsale')),
                    ('sku', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='catalog.sku')),
                ],
            ),
            migrations.CreateModel(
                name='OfferPrice',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('currency', models.CharField(max_length=3)),
                    ('supply_minor', models.BigIntegerField()),
                    ('sale_minor', models.BigIntegerField()),
                    ('list_minor', models.BigIntegerField(help_text="as the offer's", null=True)),
                    ('floor_minor', models.BigIntegerField()),
                    ('cap_minor', models.BigIntegerField()),
                    ('rate_bp', models.PositiveIntegerField()),
                    ('offer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='offers.offer')),
                ],
                options={
                    'ordering': ['currency'],
                },
            ),
            migrations.CreateModel(
                name='OfferStep',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('version', models.PositiveIntegerField()),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('listed', 'Listed'), ('withdrawn', 'Withdrawn')], max_length=10)),
                    ('terms', models.JSONField(help_text='minor units and basis points; `further`: the other currencies')),
                    ('reason', models.TextField(blank=True)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='offers.offer')),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='Purchase',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('customer', models.UUIDField()),
                    ('quantity', models.PositiveIntegerField(default=0)),
                    ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='offers.offer')),
                ],
            ),
            migrations.CreateModel(
                name='SaleStep',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('applied', 'Applied for'), ('scheduled', 'Scheduled'), ('refused', 'Refused'), ('cancelled', 'Cancelled')], max_length=10)),
                    ('reason', models.TextField(blank=True)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('sale', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='offers.flashsale')),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.AddIndex(
                model_name='flashsale',
                index=models.Index(fields=['state', 'ends_at'], name='sale_window'),
            ),
            migrations.AddIndex(
                model_name='flashsale',
                index=models.Index(fields=['brand', 'created_at'], name='sale_brand'),
            ),
            migrations.AddConstraint(
                model_name='flashsale',
                constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='sale_has_length'),
            ),
            migrations.AddConstraint(
                model_name='flashsale',
                constraint=models.CheckConstraint(condition=models.Q(('trailer_at__lte', models.F('starts_at'))), name='trailer_before_sale'),
            ),
            migrations.AddIndex(
                model_name='offer',
                index=models.Index(fields=['sku', 'state'], name='offer_sku'),
            ),
            migrations.AddIndex(
                model_name='offer',
                index=models.Index(fields=['sale'], name='offer_sale'),
            ),
            migrations.AddIndex(
                model_name='offer',
                index=models.Index(fields=['brand', 'state'], name='offer_brand'),
            ),
            migrations.AddIndex(
                model_name='offer',
                index=models.Index(condition=models.Q(('closes_at__isnull', False)), fields=['closes_at'], name='offer_closes'),
            ),
            migrations.AddConstraint(
                model_name='offer',
                constraint=models.CheckConstraint(condition=models.Q(('cap_minor__lte', 1000000000000), ('rate_bp__lte', 10000), ('sale_minor__gt', 0), ('supply_minor__gte', 0)), name='offer_terms'),
            ),
            migrations.AddConstraint(
                model_name='offer',
                constraint=models.CheckConstraint(condition=models.Q(('cap_minor__gte', models.F('sale_minor')), ('floor_minor__lte', models.F('sale_minor')), ('floor_minor__gt', 0)), name='offer_floor_cap'),
            ),
            migrations.AddConstraint(
                model_name='offer',
                constraint=models.CheckConstraint(condition=django.db.models.lookups.LessThanOrEqual(django.db.models.expressions.CombinedExpression(models.F('rate_bp'), '*', models.F('sale_minor')), django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('sale_minor'), '-', models.F('supply_minor')), '*', models.Value(10000))), name='offer_platform_part'),
            ),
            migrations.AddConstraint(
                model_name='offer',
                constraint=models.CheckConstraint(condition=django.db.models.lookups.GreaterThanOrEqual(django.db.models.expressions.CombinedExpression(models.F('rate_bp'), '*', models.F('sale_minor')), django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('sale_minor'), '-', models.F('floor_minor')), '*', models.Value(10000))), name='offer_keeper_part'),
            ),
            migrations.AddConstraint(
                model_name='offer',
                constraint=models.CheckConstraint(condition=models.Q(('closes_at', None), ('closes_at__gt', models.F('opens_at')), _connector='OR'), name='offer_window'),
            ),
            migrations.AddConstraint(
                model_name='offer',
                constraint=models.CheckConstraint(condition=models.Q(('per_customer', None), ('per_customer__gt', 0), _connector='OR'), name='offer_limit'),
            ),
            migrations.AddConstraint(
                model_name='offerprice',
                constraint=models.UniqueConstraint(fields=('offer', 'currency'), name='one_price_in_a_currency'),
            ),
            migrations.AddConstraint(
                model_name='offerprice',
                constraint=models.CheckConstraint(condition=models.Q(('cap_minor__lte', 1000000000000), ('rate_bp__lte', 10000), ('sale_minor__gt', 0), ('supply_minor__gte', 0)), name='offer_price_terms'),
            ),
            migrations.AddConstraint(
                model_name='offerprice',
                constraint=models.CheckConstraint(condition=models.Q(('cap_minor__gte', models.F('sale_minor')), ('floor_minor__lte', models.F('sale_minor')), ('floor_minor__gt', 0)), name='offer_price_floor_cap'),
            ),
            migrations.AddConstraint(
                model_name='offerprice',
                constraint=models.CheckConstraint(condition=django.db.models.lookups.LessThanOrEqual(django.db.models.expressions.CombinedExpression(models.F('rate_bp'), '*', models.F('sale_minor')), django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('sale_minor'), '-', models.F('supply_minor')), '*', models.Value(10000))), name='offer_price_platform_part'),
            ),
            migrations.AddConstraint(
                model_name='offerprice',
                constraint=models.CheckConstraint(condition=django.db.models.lookups.GreaterThanOrEqual(django.db.models.expressions.CombinedExpression(models.F('rate_bp'), '*', models.F('sale_minor')), django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('sale_minor'), '-', models.F('floor_minor')), '*', models.Value(10000))), name='offer_price_keeper_part'),
            ),
            migrations.AddConstraint(
                model_name='purchase',
                constraint=models.UniqueConstraint(fields=('offer', 'customer'), name='one_purchase_count'),
            ),
        ]),
        append_only("offers_salestep"),
        append_only("offers_offerstep"),
    ]
