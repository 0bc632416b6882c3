import django.db.models.deletion
import shoal.kit.ids
import shoal.kit.papers
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
                name='Brand',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('names', models.JSONField(help_text='language to text')),
                    ('stories', models.JSONField(default=dict, help_text='language to text')),
                    ('base_language', models.CharField(default='zh', max_length=8)),
                    ('logo', models.ImageField(blank=True, upload_to='brands/')),
                    ('currency', models.CharField(max_length=3)),
                    ('state', models.CharField(choices=[('applied', 'Applied'), ('samples', 'Samples asked for'), ('vetted', 'Contract to be signed'), ('active', 'Active'), ('suspended', 'Suspended'), ('refused', 'Refused')], default='applied', max_length=10)),
                    ('applied_at', models.DateTimeField()),
                ],
                options={
                    'indexes': [models.Index(fields=['state', 'applied_at'], name='brand_state')],
                },
            ),
            migrations.CreateModel(
                name='BrandStep',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('applied', 'Applied'), ('samples', 'Samples asked for'), ('vetted', 'Contract to be signed'), ('active', 'Active'), ('suspended', 'Suspended'), ('refused', 'Refused')], max_length=10)),
                    ('reason', models.TextField(blank=True)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='brands.brand')),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='CounterfeitReport',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('product', models.UUIDField(help_text="the product's id; catalogue stands above", null=True)),
                    ('sealed', models.BinaryField(help_text='vault of the reporter: what she wrote')),
                    ('verdict', models.CharField(blank=True, choices=[('upheld', 'Upheld'), ('dismissed', 'Dismissed')], default='', max_length=10)),
                    ('reason', models.TextField(blank=True)),
                    ('reported_at', models.DateTimeField()),
                    ('judged_at', models.DateTimeField(null=True)),
                    ('judged_by', models.CharField(blank=True, max_length=40)),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counterfeit_reports', to='brands.brand')),
                    ('reporter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='Paper',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('kind', models.CharField(choices=[('licence', 'Business licence'), ('trademark', 'Trademark certificate'), ('authorisation', 'Authorisation to sell'), ('inspection', 'Inspection report')], max_length=15)),
                    ('file', models.FileField(max_length=200, storage=shoal.kit.papers.private_storage, upload_to='')),
                    ('media_type', models.CharField(help_text='found in the content, not in the name', max_length=40)),
                    ('digest', models.CharField(help_text='SHA-256 of the file', max_length=64)),
                    ('number', models.CharField(blank=True, max_length=60)),
                    ('valid_until', models.DateField(blank=True, null=True)),
                    ('verdict', models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('refused', 'Refused')], default='', max_length=10)),
                    ('reason', models.TextField(blank=True)),
                    ('handed_in_at', models.DateTimeField()),
                    ('judged_at', models.DateTimeField(null=True)),
                    ('judged_by', models.CharField(blank=True, max_length=40)),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='brands.brand')),
                ],
            ),
            migrations.CreateModel(
                name='Sample',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('wanted', models.CharField(max_length=200)),
                    ('tracking', models.CharField(blank=True, max_length=60)),
                    ('verdict', models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('refused', 'Refused')], default='', max_length=10)),
                    ('reason', models.TextField(blank=True)),
                    ('asked_at', models.DateTimeField()),
                    ('asked_by', models.CharField(max_length=40)),
                    ('judged_at', models.DateTimeField(null=True)),
                    ('judged_by', models.CharField(blank=True, max_length=40)),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='samples', to='brands.brand')),
                ],
            ),
            migrations.CreateModel(
                name='BrandMember',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('role', models.CharField(choices=[('owner', 'Owner'), ('goods', 'Goods'), ('warehouse', 'Warehouse'), ('money', 'Money')], max_length=10)),
                    ('since_at', models.DateTimeField()),
                    ('until_at', models.DateTimeField(null=True)),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='brands.brand')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='brand_roles', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('until_at', None)), fields=('brand', 'person'), name='one_brand_role')],
                },
            ),
            migrations.CreateModel(
                name='Contract',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('version', models.PositiveIntegerField()),
                    ('fees', models.JSONField(help_text="category code to the least fee, in basis points; '' for the rest")),
                    ('deposit_minor', models.BigIntegerField(default=0)),
                    ('guarantees_authenticity', models.BooleanField(default=True)),
                    ('terms', models.TextField()),
                    ('offered_at', models.DateTimeField()),
                    ('offered_by', models.CharField(max_length=40)),
                    ('signed_at', models.DateTimeField(null=True)),
                    ('signed_by', models.CharField(blank=True, max_length=40)),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='brands.brand')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('brand', 'version'), name='one_contract_version')],
                },
            ),
        ]),
        append_only("brands_brandstep"),
    ]
