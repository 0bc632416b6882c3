import django.db.models.deletion
import shoal.kit.ids
from django.db import migrations, models

from shoal.kit.facts import append_only
from shoal.kit.tables import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orders', '0001_initial'),
        ('payments', '0001_initial'),
        ('settlement', '0001_initial'),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='Bill',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('source', models.CharField(choices=[('provider', "a payment provider's bill of a day"), ('carrier', "a carrier's freight bill")], max_length=8)),
                    ('partner', models.CharField(help_text="the provider's or carrier's name", max_length=40)),
                    ('since_day', models.DateField()),
                    ('day', models.DateField(help_text="the last day it covers, in the market's time zone")),
                    ('digest', models.BinaryField(max_length=32)),
                    ('rows', models.PositiveIntegerField()),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                ],
                options={
                    'indexes': [models.Index(fields=['-day', 'source'], name='bill_day')],
                    'constraints': [models.UniqueConstraint(fields=('source', 'partner', 'digest'), name='one_bill'), models.UniqueConstraint(condition=models.Q(('source', 'provider')), fields=('partner', 'day'), name='one_bill_per_day'), models.CheckConstraint(condition=models.Q(('since_day__lte', models.F('day'))), name='bill_span')],
                },
            ),
            migrations.CreateModel(
                name='BillLine',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveIntegerField()),
                    ('kind', models.CharField(choices=[('pay', 'pay'), ('refund', 'refund'), ('fee', 'fee'), ('freight', 'freight')], max_length=8)),
                    ('code', models.CharField(blank=True, max_length=60)),
                    ('reference', models.CharField(blank=True, max_length=80)),
                    ('amount', models.BigIntegerField()),
                    ('fee', models.BigIntegerField(default=0)),
                    ('currency', models.CharField(max_length=3)),
                    ('happened_at', models.DateTimeField()),
                    ('bill', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='reconciliation.bill')),
                ],
            ),
            migrations.CreateModel(
                name='Difference',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('kind', models.CharField(choices=[('late', 'late'), ('amount', 'amount'), ('doubled', 'doubled'), ('missing_here', 'missing_here'), ('missing_there', 'missing_there')], max_length=14)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('bill', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='reconciliation.bill')),
                    ('gift', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='settlement.goodwill')),
                    ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='reconciliation.billline')),
                    ('notice', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='payments.notice')),
                    ('parcel', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='orders.parcel')),
                ],
            ),
            migrations.CreateModel(
                name='Deed',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('what', models.CharField(choices=[('asked', 'the provider was asked'), ('proposed', 'one operator wishes to write it off'), ('declined', 'another does not agree'), ('closed', 'Closed')], max_length=8)),
                    ('how', models.CharField(blank=True, choices=[('matched', 'the other side has come, on the same day'), ('late', "the other side has come, with another day's bill"), ('superseded', 'it is another difference now'), ('written_off', 'two operators agreed')], max_length=11)),
                    ('reason', models.CharField(blank=True, max_length=200)),
                    ('by', models.CharField(max_length=40)),
                    ('proposed_by', models.CharField(blank=True, max_length=40)),
                    ('at', models.DateTimeField()),
                    ('difference', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deeds', to='reconciliation.difference')),
                ],
            ),
            migrations.CreateModel(
                name='Match',
                fields=[
                    ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='match_of_line', serialize=False, to='reconciliation.billline')),
                    ('late', models.BooleanField(help_text="it stands in another day's bill than ours")),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('gift', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='match_of_gift', to='settlement.goodwill')),
                    ('notice', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='match_of_notice', to='payments.notice')),
                    ('parcel', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='match_of_parcel', to='orders.parcel')),
                ],
            ),
            migrations.AddIndex(
                model_name='billline',
                index=models.Index(fields=['code'], name='bill_line_code'),
            ),
            migrations.AddConstraint(
                model_name='billline',
                constraint=models.UniqueConstraint(fields=('bill', 'number'), name='one_bill_line'),
            ),
            migrations.AddConstraint(
                model_name='billline',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount', 0), ('kind', 'fee')), models.Q(models.Q(('kind', 'fee'), _negated=True), ('amount__gte', 0)), _connector='OR'), name='bill_line_amount'),
            ),
            migrations.AddConstraint(
                model_name='difference',
                constraint=models.CheckConstraint(condition=models.Q(('line__isnull', False), ('notice__isnull', False), ('gift__isnull', False), ('parcel__isnull', False), _connector='OR'), name='difference_of_something'),
            ),
            migrations.AddIndex(
                model_name='deed',
                index=models.Index(fields=['difference', 'at'], name='deed_difference'),
            ),
            migrations.AddConstraint(
                model_name='deed',
                constraint=models.UniqueConstraint(condition=models.Q(('what', 'closed')), fields=('difference',), name='closed_once'),
            ),
            migrations.AddConstraint(
                model_name='deed',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('what', 'closed'), models.Q(('how', ''), _negated=True)), models.Q(models.Q(('what', 'closed'), _negated=True), ('how', '')), _connector='OR'), name='closed_somehow'),
            ),
            migrations.AddConstraint(
                model_name='deed',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('how', 'written_off'), _negated=True), models.Q(models.Q(('proposed_by', ''), _negated=True), models.Q(('proposed_by', models.F('by')), _negated=True)), _connector='OR'), name='written_off_by_two'),
            ),
            migrations.AddConstraint(
                model_name='match',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('gift', None), ('notice__isnull', False), ('parcel', None)), models.Q(('gift__isnull', False), ('notice', None), ('parcel', None)), models.Q(('gift', None), ('notice', None), ('parcel__isnull', False)), _connector='OR'), name='match_of_one'),
            ),
        ]),
        append_only("reconciliation_bill"),
        append_only("reconciliation_billline"),
        append_only("reconciliation_match"),
        append_only("reconciliation_difference"),
        append_only("reconciliation_deed"),
    ]
