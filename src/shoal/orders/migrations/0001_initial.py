import django.db.models.deletion
import django.db.models.expressions
import shoal.kit.ids
from django.conf import settings
from django.db import migrations, models

from shoal.kit.facts import append_only
from shoal.kit.partitions import CreatePartitionedModel
from shoal.kit.tables import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('brands', '0001_initial'),
        ('catalog', '0001_initial'),
        ('offers', '0001_initial'),
        ('promotions', '0001_initial'),
        ('shops', '0001_initial'),
        ('stock', '0001_initial'),
        ('traffic', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='Order',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('attribution', models.CharField(choices=[('share', 'came through a share of this keeper'), ('storefront', 'came straight to the shop'), ('self', 'the buyer is the keeper: no commission')], max_length=12)),
                    ('attribution_rule', models.CharField(max_length=20)),
                    ('currency', models.CharField(max_length=3)),
                    ('goods_minor', models.BigIntegerField()),
                    ('freight_minor', models.BigIntegerField()),
                    ('discount_minor', models.BigIntegerField(default=0)),
                    ('total_minor', models.BigIntegerField()),
                    ('state', models.CharField(choices=[('unpaid', 'Unpaid'), ('paid', 'Paid'), ('shipped', 'every parcel is on its way or further'), ('delivered', 'every parcel has arrived'), ('completed', 'the after-sales window is over'), ('cancelled', 'given up by somebody'), ('expired', 'not paid in time'), ('refunded', 'paid, then given back whole')], default='unpaid', max_length=10)),
                    ('region', models.CharField(max_length=12)),
                    ('sealed', models.BinaryField(help_text='vault of the customer: recipient, address, note, invoice')),
                    ('placed_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('paid_at', models.DateTimeField(null=True)),
                    ('delivered_at', models.DateTimeField(null=True)),
                    ('completed_at', models.DateTimeField(null=True)),
                    ('after_sales_until', models.DateTimeField(help_text='from then on it is completed; set when it is delivered', null=True)),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to=settings.AUTH_USER_MODEL)),
                    ('earner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='earned_orders', to='shops.shop')),
                    ('share', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='traffic.share')),
                    ('storefront', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='shops.shop')),
                ],
            ),
            migrations.CreateModel(
                name='OrderLine',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveIntegerField()),
                    ('offer_version', models.PositiveIntegerField()),
                    ('titles', models.JSONField(help_text='what it was called when it was bought, by language')),
                    ('quantity', models.PositiveIntegerField()),
                    ('supply_minor', models.BigIntegerField()),
                    ('sale_minor', models.BigIntegerField()),
                    ('markup_minor', models.BigIntegerField()),
                    ('rate_bp', models.PositiveIntegerField()),
                    ('line_minor', models.BigIntegerField()),
                    ('brand_minor', models.BigIntegerField()),
                    ('keeper_minor', models.BigIntegerField()),
                    ('platform_minor', models.BigIntegerField()),
                    ('brand_discount_minor', models.BigIntegerField(default=0)),
                    ('keeper_discount_minor', models.BigIntegerField(default=0)),
                    ('platform_discount_minor', models.BigIntegerField(default=0)),
                    ('tax_bp', models.PositiveIntegerField(default=0)),
                    ('tax_minor', models.BigIntegerField(default=0, help_text="included in the line's price")),
                    ('rule', models.CharField(help_text='the version of the rule that shared the price', max_length=20)),
                    ('return_days', models.PositiveSmallIntegerField(default=7, help_text='how long after its arrival she may ask to return it')),
                    ('open_cases', models.PositiveSmallIntegerField(default=0, help_text='while there are any, the line is not settled')),
                    ('back_units', models.PositiveIntegerField(default=0)),
                    ('back_paid_minor', models.BigIntegerField(default=0)),
                    ('back_promotion_minor', models.BigIntegerField(default=0)),
                    ('back_brand_minor', models.BigIntegerField(default=0)),
                    ('back_keeper_minor', models.BigIntegerField(default=0)),
                    ('back_platform_minor', models.BigIntegerField(default=0)),
                    ('back_tax_minor', models.BigIntegerField(default=0)),
                    ('allotment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stock.allotment')),
                    ('gift_of', models.ForeignKey(help_text='what gave it for nothing', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='promotions.promotion')),
                    ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='offers.offer')),
                    ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.order')),
                    ('sku', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.sku')),
                ],
            ),
            migrations.CreateModel(
                name='LineRefund',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('subject', models.UUIDField(help_text="what asked for it: the order's cancellation, a case")),
                    ('units', models.PositiveIntegerField()),
                    ('paid_minor', models.BigIntegerField(help_text='what the customer gets')),
                    ('promotion_minor', models.BigIntegerField(help_text="what the platform's discount gets")),
                    ('brand_minor', models.BigIntegerField()),
                    ('keeper_minor', models.BigIntegerField()),
                    ('platform_minor', models.BigIntegerField()),
                    ('tax_minor', models.BigIntegerField()),
                    ('at', models.DateTimeField()),
                    ('by', models.CharField(max_length=40)),
                    ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='line_refunds', to='orders.order')),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='orders.orderline')),
                ],
            ),
            CreatePartitionedModel(
                name='OrderStep',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('unpaid', 'Unpaid'), ('paid', 'Paid'), ('shipped', 'every parcel is on its way or further'), ('delivered', 'every parcel has arrived'), ('completed', 'the after-sales window is over'), ('cancelled', 'given up by somebody'), ('expired', 'not paid in time'), ('refunded', 'paid, then given back whole')], max_length=10)),
                    ('reason', models.CharField(blank=True, max_length=200)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='orders.order')),
                ],
            ),
            migrations.CreateModel(
                name='Parcel',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('freight_minor', models.BigIntegerField(default=0)),
                    ('state', models.CharField(choices=[('waiting', 'Waiting'), ('shipped', 'Shipped'), ('delivered', 'Delivered'), ('cancelled', 'Cancelled')], default='waiting', max_length=10)),
                    ('carrier', models.CharField(blank=True, max_length=40)),
                    ('tracking', models.CharField(blank=True, max_length=60)),
                    ('problem', models.CharField(blank=True, help_text='why the brand cannot ship', max_length=200)),
                    ('shipped_at', models.DateTimeField(null=True)),
                    ('delivered_at', models.DateTimeField(null=True)),
                    ('freight_back_minor', models.BigIntegerField(default=0)),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parcels', to='brands.brand')),
                    ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parcels', to='orders.order')),
                ],
            ),
            migrations.AddField(
                model_name='orderline',
                name='parcel',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.parcel'),
            ),
            migrations.CreateModel(
                name='FreightRefund',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('subject', models.UUIDField(help_text='as in LineRefund')),
                    ('amount_minor', models.BigIntegerField()),
                    ('at', models.DateTimeField()),
                    ('by', models.CharField(max_length=40)),
                    ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='freight_refunds', to='orders.order')),
                    ('parcel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='orders.parcel')),
                ],
            ),
            CreatePartitionedModel(
                name='ParcelStep',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('waiting', 'Waiting'), ('shipped', 'Shipped'), ('delivered', 'Delivered'), ('cancelled', 'Cancelled')], max_length=10)),
                    ('reason', models.CharField(blank=True, max_length=200)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('parcel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='orders.parcel')),
                ],
            ),
            migrations.CreateModel(
                name='Receipt',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('customer', models.UUIDField()),
                    ('key', models.UUIDField()),
                    ('digest', models.BinaryField(help_text='SHA-256 of what was asked', max_length=32)),
                    ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ],
            ),
            migrations.CreateModel(
                name='RefundApproval',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('reason', models.CharField(max_length=200)),
                    ('asked_by', models.CharField(max_length=40)),
                    ('asked_at', models.DateTimeField()),
                    ('verdict', models.CharField(blank=True, default='', help_text='approved, refused', max_length=10)),
                    ('decided_by', models.CharField(blank=True, max_length=40)),
                    ('decided_at', models.DateTimeField(null=True)),
                    ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refund_approvals', to='orders.order')),
                ],
            ),
            migrations.CreateModel(
                name='CartLine',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('visitor', models.UUIDField()),
                    ('quantity', models.PositiveIntegerField()),
                    ('chosen', models.BooleanField(default=True)),
                    ('seen_minor', models.BigIntegerField(help_text="a unit's price when she chose it", null=True)),
                    ('added_at', models.DateTimeField()),
                    ('offer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='offers.offer')),
                    ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='shops.shop')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('visitor', 'shop', 'offer'), name='one_cart_line'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='cart_positive')],
                },
            ),
            migrations.AddIndex(
                model_name='order',
                index=models.Index(fields=['customer', '-placed_at'], name='order_customer'),
            ),
            migrations.AddIndex(
                model_name='order',
                index=models.Index(fields=['storefront', '-placed_at'], name='order_storefront'),
            ),
            migrations.AddIndex(
                model_name='order',
                index=models.Index(fields=['earner', '-placed_at'], name='order_earner'),
            ),
            migrations.AddIndex(
                model_name='order',
                index=models.Index(condition=models.Q(('state', 'unpaid')), fields=['expires_at'], name='order_unpaid'),
            ),
            migrations.AddIndex(
                model_name='order',
                index=models.Index(condition=models.Q(('state', 'delivered')), fields=['after_sales_until'], name='order_to_complete'),
            ),
            migrations.AddConstraint(
                model_name='order',
                constraint=models.CheckConstraint(condition=models.Q(('total_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('goods_minor'), '+', models.F('freight_minor')), '-', models.F('discount_minor')))), name='order_adds_up'),
            ),
            migrations.AddConstraint(
                model_name='order',
                constraint=models.CheckConstraint(condition=models.Q(('discount_minor__gte', 0), ('freight_minor__gte', 0), ('goods_minor__gte', 0), ('total_minor__gt', 0)), name='order_amounts'),
            ),
            migrations.AddConstraint(
                model_name='order',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('attribution', 'self'), _negated=True), ('earner', None), _connector='OR'), name='self_earns_nothing'),
            ),
            migrations.AddConstraint(
                model_name='linerefund',
                constraint=models.UniqueConstraint(fields=('subject', 'line'), name='one_refund_of_a_line'),
            ),
            migrations.AddConstraint(
                model_name='linerefund',
                constraint=models.CheckConstraint(condition=models.Q(('paid_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('brand_minor'), '+', models.F('keeper_minor')), '+', models.F('platform_minor')), '-', models.F('promotion_minor')))), name='line_refund_adds_up'),
            ),
            migrations.AddIndex(
                model_name='parcel',
                index=models.Index(fields=['brand', 'state'], name='parcel_brand'),
            ),
            migrations.AddIndex(
                model_name='parcel',
                index=models.Index(condition=models.Q(('state', 'shipped')), fields=['shipped_at'], name='parcel_under_way'),
            ),
            migrations.AddConstraint(
                model_name='parcel',
                constraint=models.CheckConstraint(condition=models.Q(('freight_back_minor__gte', 0), ('freight_back_minor__lte', models.F('freight_minor'))), name='freight_back_was_paid'),
            ),
            migrations.AddConstraint(
                model_name='orderline',
                constraint=models.UniqueConstraint(fields=('order', 'number'), name='one_line_number'),
            ),
            migrations.AddConstraint(
                model_name='orderline',
                constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='line_quantity'),
            ),
            migrations.AddConstraint(
                model_name='orderline',
                constraint=models.CheckConstraint(condition=models.Q(('gift_of', None), models.Q(('brand_minor', 0), ('keeper_minor', 0), ('line_minor', 0)), _connector='OR'), name='gift_costs_nothing'),
            ),
            migrations.AddConstraint(
                model_name='orderline',
                constraint=models.CheckConstraint(condition=models.Q(('line_minor', django.db.models.expressions.CombinedExpression(models.F('quantity'), '*', django.db.models.expressions.CombinedExpression(models.F('sale_minor'), '+', models.F('markup_minor'))))), name='line_price'),
            ),
            migrations.AddConstraint(
                model_name='orderline',
                constraint=models.CheckConstraint(condition=models.Q(('line_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('brand_minor'), '+', models.F('keeper_minor')), '+', models.F('platform_minor')), '+', models.F('brand_discount_minor')), '+', models.F('keeper_discount_minor')))), name='line_shared_whole'),
            ),
            migrations.AddConstraint(
                model_name='orderline',
                constraint=models.CheckConstraint(condition=models.Q(('brand_minor__gte', 0), ('keeper_minor__gte', 0), ('platform_minor__gte', 0)), name='line_parts'),
            ),
            migrations.AddConstraint(
                model_name='orderline',
                constraint=models.CheckConstraint(condition=models.Q(('brand_discount_minor__gte', 0), ('keeper_discount_minor__gte', 0), ('line_minor__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('brand_discount_minor'), '+', models.F('keeper_discount_minor')), '+', models.F('platform_discount_minor'))), ('platform_discount_minor__gte', 0)), name='line_discounts'),
            ),
            migrations.AddConstraint(
                model_name='orderline',
                constraint=models.CheckConstraint(condition=models.Q(('back_brand_minor__gte', 0), ('back_brand_minor__lte', models.F('brand_minor')), ('back_keeper_minor__gte', 0), ('back_keeper_minor__lte', models.F('keeper_minor')), ('back_paid_minor__gte', 0), ('back_platform_minor__gte', 0), ('back_platform_minor__lte', models.F('platform_minor')), ('back_promotion_minor__gte', 0), ('back_promotion_minor__lte', models.F('platform_discount_minor')), ('back_tax_minor__gte', 0), ('back_tax_minor__lte', models.F('tax_minor')), ('back_units__lte', models.F('quantity'))), name='line_back_was_there'),
            ),
            migrations.AddConstraint(
                model_name='orderline',
                constraint=models.CheckConstraint(condition=models.Q(('back_brand_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('back_paid_minor'), '+', models.F('back_promotion_minor')), '-', models.F('back_keeper_minor')), '-', models.F('back_platform_minor')))), name='line_back_adds_up'),
            ),
            migrations.AddConstraint(
                model_name='freightrefund',
                constraint=models.UniqueConstraint(fields=('subject', 'parcel'), name='one_refund_of_freight'),
            ),
            migrations.AddConstraint(
                model_name='freightrefund',
                constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='freight_refund_positive'),
            ),
            migrations.AddConstraint(
                model_name='receipt',
                constraint=models.UniqueConstraint(fields=('customer', 'key'), name='one_receipt'),
            ),
            migrations.AddConstraint(
                model_name='refundapproval',
                constraint=models.CheckConstraint(condition=models.Q(('decided_by', models.F('asked_by')), _negated=True), name='refund_needs_two_people'),
            ),
            migrations.AddConstraint(
                model_name='refundapproval',
                constraint=models.UniqueConstraint(condition=models.Q(('verdict', '')), fields=('order',), name='one_open_refund_approval'),
            ),
        ]),
        append_only("orders_orderstep"),
        append_only("orders_parcelstep"),
        append_only("orders_linerefund"),
        append_only("orders_freightrefund"),
    ]
