import django.db.models.deletion
import shoal.kit.ids
from django.db import migrations, models

from shoal.kit.facts import append_only
from shoal.kit.tables import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('brands', '0001_initial'),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='SearchWord',
                fields=[
                    ('word', models.CharField(max_length=60, primary_key=True, serialize=False)),
                    ('products', models.PositiveIntegerField(default=0, help_text='live ones, when last counted')),
                    ('spelling', models.CharField(max_length=120)),
                ],
            ),
            migrations.CreateModel(
                name='Category',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(max_length=40, unique=True)),
                    ('names', models.JSONField(help_text='language to text')),
                    ('position', models.PositiveIntegerField(default=0)),
                    ('tax_bp', models.PositiveIntegerField(default=0, help_text='included tax, in basis points')),
                    ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='catalog.category')),
                ],
            ),
            migrations.CreateModel(
                name='FreightTemplate',
                fields=[
                    ('currency', models.CharField(max_length=3)),
                    ('base_minor', models.BigIntegerField(default=0, help_text='for a parcel, up to the first kilogram')),
                    ('per_kg_minor', models.BigIntegerField(default=0, help_text='each further kilogram begun')),
                    ('free_from_minor', models.BigIntegerField(help_text='goods of this brand in the order', null=True)),
                    ('regions', models.JSONField(default=dict)),
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('name', models.CharField(max_length=60)),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='freight_templates', to='brands.brand')),
                ],
            ),
            migrations.CreateModel(
                name='FreightPrice',
                fields=[
                    ('currency', models.CharField(max_length=3)),
                    ('base_minor', models.BigIntegerField(default=0, help_text='for a parcel, up to the first kilogram')),
                    ('per_kg_minor', models.BigIntegerField(default=0, help_text='each further kilogram begun')),
                    ('free_from_minor', models.BigIntegerField(help_text='goods of this brand in the order', null=True)),
                    ('regions', models.JSONField(default=dict)),
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('template', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='catalog.freighttemplate')),
                ],
                options={
                    'ordering': ['currency'],
                },
            ),
            migrations.CreateModel(
                name='Product',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('reference', models.CharField(help_text="the brand's own number", max_length=60)),
                    ('titles', models.JSONField(help_text='language to text')),
                    ('descriptions', models.JSONField(default=dict, help_text='language to text')),
                    ('base_language', models.CharField(default='zh', max_length=8)),
                    ('attributes', models.JSONField(default=list, help_text='[{names: {zh, en}, values: [{zh, en}]}]')),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('proposed', 'Waiting to be accepted'), ('live', 'Live'), ('withdrawn', 'Withdrawn')], default='draft', max_length=10)),
                    ('version', models.PositiveBigIntegerField(default=1)),
                    ('search_text', models.TextField(blank=True, default='', help_text='made by catalog.search')),
                    ('created_at', models.DateTimeField()),
                    ('changed_at', models.DateTimeField()),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='products', to='brands.brand')),
                    ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='products', to='catalog.category')),
                    ('freight', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.freighttemplate')),
                ],
            ),
            migrations.CreateModel(
                name='Picture',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('digest', models.CharField(max_length=64)),
                    ('width', models.PositiveIntegerField()),
                    ('height', models.PositiveIntegerField()),
                    ('widths', models.JSONField(help_text='the widths that exist, rising')),
                    ('tint', models.CharField(help_text='average colour, #rrggbb, shown while it loads', max_length=7)),
                    ('alts', models.JSONField(default=dict, help_text='language to text')),
                    ('position', models.PositiveIntegerField(default=0)),
                    ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='catalog.product')),
                ],
                options={
                    'ordering': ['position', 'id'],
                },
            ),
            migrations.CreateModel(
                name='ProductStep',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('proposed', 'Waiting to be accepted'), ('live', 'Live'), ('withdrawn', 'Withdrawn')], max_length=10)),
                    ('reason', models.TextField(blank=True)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='catalog.product')),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='Revision',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('changes', models.JSONField(help_text='field to its proposed value')),
                    ('verdict', models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('refused', 'Refused'), ('taken_back', 'Taken back')], default='', max_length=10)),
                    ('reason', models.TextField(blank=True)),
                    ('proposed_at', models.DateTimeField()),
                    ('proposed_by', models.CharField(max_length=40)),
                    ('judged_at', models.DateTimeField(null=True)),
                    ('judged_by', models.CharField(blank=True, max_length=40)),
                    ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='catalog.product')),
                ],
            ),
            migrations.CreateModel(
                name='Sku',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('reference', models.CharField(help_text="the brand's own number", max_length=60)),
                    ('barcode', models.CharField(blank=True, max_length=32)),
                    ('values', models.JSONField(default=list, help_text='one {zh, en} per attribute of the product')),
                    ('weight_g', models.PositiveIntegerField(default=0)),
                    ('position', models.PositiveIntegerField(default=0)),
                    ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='skus', to='catalog.product')),
                ],
                options={
                    'ordering': ['position', 'id'],
                },
            ),
            migrations.AddConstraint(
                model_name='freighttemplate',
                constraint=models.UniqueConstraint(fields=('brand', 'name'), name='one_freight_name'),
            ),
            migrations.AddConstraint(
                model_name='freighttemplate',
                constraint=models.CheckConstraint(condition=models.Q(('base_minor__gte', 0), ('per_kg_minor__gte', 0)), name='freight_not_negative'),
            ),
            migrations.AddConstraint(
                model_name='freightprice',
                constraint=models.UniqueConstraint(fields=('template', 'currency'), name='one_freight_in_a_currency'),
            ),
            migrations.AddConstraint(
                model_name='freightprice',
                constraint=models.CheckConstraint(condition=models.Q(('base_minor__gte', 0), ('per_kg_minor__gte', 0)), name='freight_price_not_negative'),
            ),
            migrations.AddIndex(
                model_name='product',
                index=models.Index(fields=['state', 'changed_at'], name='product_state'),
            ),
            migrations.AddConstraint(
                model_name='product',
                constraint=models.UniqueConstraint(fields=('brand', 'reference'), name='one_product_reference'),
            ),
            migrations.AddConstraint(
                model_name='picture',
                constraint=models.UniqueConstraint(fields=('product', 'digest'), name='one_picture_of_product'),
            ),
            migrations.AddConstraint(
                model_name='revision',
                constraint=models.UniqueConstraint(condition=models.Q(('verdict', '')), fields=('product',), name='one_open_revision'),
            ),
            migrations.AddConstraint(
                model_name='sku',
                constraint=models.UniqueConstraint(fields=('product', 'reference'), name='one_sku_reference'),
            ),
        ]),
        append_only("catalog_productstep"),
    ]
