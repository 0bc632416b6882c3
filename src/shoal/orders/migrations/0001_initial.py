import django.db.models.deletion
import django.db.models.expressions
import shoal.kit.ids
from django.conf import settings
from django.db import migrations, models

from shoal.kit.facts import append_only
from shoal.kit.partitions import CreatePartitionedModel


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('brands', '0001_initial'),
        ('catalog', '0001_initial'),
        ('offers', '0001_initial'),
        ('shops', '0001_initial'),
        ('stock', '0001_initial'),
        ('traffic', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to=settings.AUTH_USER_MODEL)),
                ('earner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='earned_orders', to='shops.shop')),
                ('share', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='traffic.share')),
                ('storefront', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='shops.shop')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['customer', '-placed_at'], name='order_customer'),
                    models.Index(fields=['storefront', '-placed_at'], name='order_storefront'),
                    models.Index(fields=['earner', '-placed_at'], name='order_earner'),
                    models.Index(condition=models.Q(('state', 'unpaid')), fields=['expires_at'], name='order_unpaid'),
                    models.Index(condition=models.Q(('state', 'delivered')), fields=['delivered_at'], name='order_delivered'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('total_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('goods_minor'), '+', models.F('freight_minor')), '-', models.F('discount_minor')))), name='order_adds_up'),
                    models.CheckConstraint(condition=models.Q(('discount_minor__gte', 0), ('freight_minor__gte', 0), ('goods_minor__gte', 0), ('total_minor__gt', 0)), name='order_amounts'),
                    models.CheckConstraint(condition=models.Q(models.Q(('attribution', 'self'), _negated=True), ('earner', None), _connector='OR'), name='self_earns_nothing'),
                ],
            },
        ),
        CreatePartitionedModel(
            name="OrderStep",
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
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parcels', to='brands.brand')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parcels', to='orders.order')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['brand', 'state'], name='parcel_brand'),
                ],
            },
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
                ('tax_bp', models.PositiveIntegerField(default=0)),
                ('tax_minor', models.BigIntegerField(default=0, help_text="included in the line's price")),
                ('rule', models.CharField(help_text='the version of the rule that shared the price', max_length=20)),
                ('allotment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stock.allotment')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='offers.offer')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.order')),
                ('sku', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.sku')),
                ('parcel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.parcel')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('order', 'number'), name='one_line_number'),
                    models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='line_quantity'),
                    models.CheckConstraint(condition=models.Q(('line_minor', django.db.models.expressions.CombinedExpression(models.F('quantity'), '*', django.db.models.expressions.CombinedExpression(models.F('sale_minor'), '+', models.F('markup_minor'))))), name='line_price'),
                    models.CheckConstraint(condition=models.Q(('line_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('brand_minor'), '+', models.F('keeper_minor')), '+', models.F('platform_minor')))), name='line_shared_whole'),
                    models.CheckConstraint(condition=models.Q(('brand_minor__gte', 0), ('keeper_minor__gte', 0), ('platform_minor__gte', 0)), name='line_parts'),
                ],
            },
        ),
        CreatePartitionedModel(
            name="ParcelStep",
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
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('customer', 'key'), name='one_receipt'),
                ],
            },
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
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('decided_by', models.F('asked_by')), _negated=True), name='refund_needs_two_people'),
                    models.UniqueConstraint(condition=models.Q(('verdict', '')), fields=('order',), name='one_open_refund_approval'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CartLine',
            fields=[
                ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('visitor', models.UUIDField()),
                ('quantity', models.PositiveIntegerField()),
                ('chosen', models.BooleanField(default=True)),
                ('added_at', models.DateTimeField()),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='offers.offer')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='shops.shop')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('visitor', 'shop', 'offer'), name='one_cart_line'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='cart_positive')],
            },
        ),
        append_only("orders_orderstep"),
        append_only("orders_parcelstep"),
    ]
