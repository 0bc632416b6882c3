import django.db.models.deletion
import shoal.kit.ids
from django.db import migrations, models

from shoal.kit.facts import append_only
from shoal.kit.tables import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('brands', '0001_initial'),
        ('offers', '0001_initial'),
        ('shops', '0001_initial'),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='Promotion',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('kind', models.CharField(choices=[('fixed', 'Coupon, fixed amount'), ('percent', 'Coupon, percentage'), ('gift', 'Gift from a sum on'), ('bundle', 'Bundle price')], max_length=8)),
                    ('funder', models.CharField(choices=[('brand', 'the brand'), ('keeper', 'the keeper'), ('platform', 'the platform')], max_length=8)),
                    ('titles', models.JSONField(help_text='language to text')),
                    ('base_language', models.CharField(default='zh', max_length=8)),
                    ('currency', models.CharField(max_length=3)),
                    ('threshold_minor', models.BigIntegerField(default=0)),
                    ('amount_minor', models.BigIntegerField(default=0)),
                    ('percent_bp', models.PositiveIntegerField(default=0)),
                    ('supply', models.PositiveIntegerField(help_text='coupons there are; null: no bound', null=True)),
                    ('claimed', models.PositiveIntegerField(default=0, help_text='projection: how many are claimed')),
                    ('per_person', models.PositiveIntegerField(default=1, help_text='coupons one person may claim')),
                    ('claim_from_at', models.DateTimeField()),
                    ('claim_until_at', models.DateTimeField()),
                    ('use_from_at', models.DateTimeField()),
                    ('use_until_at', models.DateTimeField()),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('running', 'Running'), ('stopped', 'Stopped')], default='draft', max_length=8)),
                    ('created_at', models.DateTimeField()),
                    ('brand', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='promotions', to='brands.brand')),
                    ('shop', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='promotions', to='shops.shop')),
                ],
            ),
            migrations.CreateModel(
                name='Part',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('quantity', models.PositiveIntegerField(default=1)),
                    ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='offers.offer')),
                    ('promotion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='promotions.promotion')),
                ],
            ),
            migrations.CreateModel(
                name='Claim',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('customer', models.UUIDField()),
                    ('number', models.PositiveIntegerField(help_text='her first, second … of this promotion')),
                    ('claimed_at', models.DateTimeField()),
                    ('used_by', models.UUIDField(null=True)),
                    ('promotion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='promotions.promotion')),
                ],
            ),
            migrations.CreateModel(
                name='PromotionStep',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('running', 'Running'), ('stopped', 'Stopped')], max_length=8)),
                    ('reason', models.CharField(blank=True, max_length=300)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('promotion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='promotions.promotion')),
                ],
            ),
            migrations.CreateModel(
                name='Use',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('taken', 'Taken'), ('returned', 'Returned')], max_length=8)),
                    ('order', models.UUIDField()),
                    ('times', models.PositiveIntegerField(default=1)),
                    ('amount_minor', models.BigIntegerField(help_text="what it took off, in the promotion's currency")),
                    ('reason', models.CharField(blank=True, max_length=200)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('claim', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='promotions.claim')),
                    ('promotion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='promotions.promotion')),
                ],
            ),
            migrations.AddIndex(
                model_name='promotion',
                index=models.Index(fields=['brand', '-created_at'], name='promotion_brand'),
            ),
            migrations.AddIndex(
                model_name='promotion',
                index=models.Index(fields=['shop', '-created_at'], name='promotion_shop'),
            ),
            migrations.AddIndex(
                model_name='promotion',
                index=models.Index(condition=models.Q(('state', 'running')), fields=['currency', 'use_until_at'], name='promotion_running'),
            ),
            migrations.AddConstraint(
                model_name='promotion',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('brand__isnull', False), ('funder', 'brand'), ('shop', None)), models.Q(('brand', None), ('funder', 'keeper'), ('shop__isnull', False)), models.Q(('brand', None), ('funder', 'platform'), ('shop', None)), _connector='OR'), name='promotion_has_one_owner'),
            ),
            migrations.AddConstraint(
                model_name='promotion',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'gift'), _negated=True), ('funder', 'brand'), _connector='OR'), name='gift_is_the_brands'),
            ),
            migrations.AddConstraint(
                model_name='promotion',
                constraint=models.CheckConstraint(condition=models.Q(('funder', 'keeper'), ('kind', 'bundle'), _negated=True), name='bundle_is_not_a_keepers'),
            ),
            migrations.AddConstraint(
                model_name='promotion',
                constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gte', 0), ('percent_bp__lt', 10000), ('threshold_minor__gte', 0), models.Q(models.Q(('kind__in', ['fixed', 'bundle']), _negated=True), ('amount_minor__gt', 0), _connector='OR'), models.Q(models.Q(('kind', 'percent'), _negated=True), ('percent_bp__gt', 0), _connector='OR'), models.Q(models.Q(('kind', 'gift'), _negated=True), ('threshold_minor__gt', 0), _connector='OR')), name='promotion_terms'),
            ),
            migrations.AddConstraint(
                model_name='promotion',
                constraint=models.CheckConstraint(condition=models.Q(('supply', None), ('claimed__lte', models.F('supply')), _connector='OR'), name='no_coupon_too_many'),
            ),
            migrations.AddConstraint(
                model_name='promotion',
                constraint=models.CheckConstraint(condition=models.Q(('per_person__gt', 0)), name='promotion_per_person'),
            ),
            migrations.AddConstraint(
                model_name='promotion',
                constraint=models.CheckConstraint(condition=models.Q(('claim_from_at__lte', models.F('use_from_at')), ('claim_until_at__gt', models.F('claim_from_at')), ('use_until_at__gt', models.F('use_from_at')), ('use_until_at__gte', models.F('claim_until_at'))), name='promotion_windows'),
            ),
            migrations.AddConstraint(
                model_name='part',
                constraint=models.UniqueConstraint(fields=('promotion', 'offer'), name='one_part_per_offer'),
            ),
            migrations.AddConstraint(
                model_name='part',
                constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='part_quantity'),
            ),
            migrations.AddIndex(
                model_name='claim',
                index=models.Index(fields=['customer', '-claimed_at'], name='claim_customer'),
            ),
            migrations.AddIndex(
                model_name='claim',
                index=models.Index(fields=['promotion', 'claimed_at'], name='claim_promotion'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.UniqueConstraint(fields=('promotion', 'customer', 'number'), name='one_claim_per_number'),
            ),
            migrations.AddIndex(
                model_name='use',
                index=models.Index(fields=['order'], name='use_order'),
            ),
            migrations.AddIndex(
                model_name='use',
                index=models.Index(fields=['promotion', 'at'], name='use_promotion'),
            ),
            migrations.AddConstraint(
                model_name='use',
                constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gte', 0), ('times__gt', 0)), name='use_amounts'),
            ),
        ]),
        append_only("promotions_promotionstep"),
        append_only("promotions_use"),
    ]
