import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import shoal.kit.ids
from shoal.kit.facts import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0002_more_accounts'),
        ('settlement', '0002_reversals'),
    ]

    operations = [
        migrations.CreateModel(
            name='InvoiceProfile',
            fields=[
                ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('party_kind', models.CharField(help_text='keeper or brand', max_length=8)),
                ('party', models.UUIDField()),
                ('key', models.UUIDField(help_text='whose key it is sealed under')),
                ('sealed', models.BinaryField(help_text='vault: legal name, tax number, address, invoice title')),
                ('given_at', models.DateTimeField()),
                ('given_by', models.CharField(max_length=40)),
            ],
            options={
                'indexes': [models.Index(fields=['party_kind', 'party', '-given_at'], name='invoice_profile_party')],
            },
        ),
        migrations.CreateModel(
            name='StatementRun',
            fields=[
                ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                ('period', models.CharField(choices=[('weekly', 'weekly'), ('half-monthly', 'half-monthly'), ('monthly', 'monthly')], max_length=12)),
                ('zone', models.CharField(help_text='time zone of the market at that time', max_length=64)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=Q(ends_at__gt=F('starts_at')), name='run_has_length'),
                    models.UniqueConstraint(fields=('starts_at',), name='one_run_from'),
                    models.UniqueConstraint(fields=('ends_at',), name='one_run_until'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                ('opening_minor', models.BigIntegerField()),
                ('credits_minor', models.BigIntegerField()),
                ('debits_minor', models.BigIntegerField()),
                ('closing_minor', models.BigIntegerField()),
                ('by_kind', models.JSONField(help_text='kind of transfer to what it changed, signed')),
                ('transfers', models.PositiveIntegerField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='ledger.account')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='settlement.statementrun')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('account', 'run'), name='one_statement'),
                    models.CheckConstraint(
                        condition=Q(closing_minor=F('opening_minor') + F('credits_minor') - F('debits_minor')),
                        name='statement_adds_up',
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name='StatementTransfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stated', to='settlement.statement')),
                ('transfer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transfer')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('account', 'transfer'), name='stated_once'),
                ],
            },
        ),
        append_only("settlement_statement"),
        append_only("settlement_statementtransfer"),
        append_only("settlement_invoiceprofile"),
    ]
