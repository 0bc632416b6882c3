import django.db.models.deletion
import shoal.kit.ids
from django.db import migrations, models

from shoal.kit.facts import append_only
from shoal.kit.partitions import CreatePartitionedModel
from shoal.kit.tables import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='Account',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('clearing', 'paid in at a provider, by provider'), ('escrow', 'paid by customers, owed to nobody yet'), ('brand_payable', 'Brand'), ('keeper_payable', 'Keeper'), ('platform_fee', 'Fee'), ('tax_payable', 'Tax'), ('brand_deposit', 'Deposit'), ('goodwill', 'Goodwill'), ('promotion', 'what a funder gives towards discounts'), ('bank', 'our own bank account'), ('provider_fee', 'what payment providers kept for their work'), ('payout', "left a party's account, not yet at her bank")], max_length=20)),
                    ('party', models.UUIDField(null=True)),
                    ('provider', models.CharField(blank=True, default='', max_length=20)),
                    ('currency', models.CharField(max_length=3)),
                ],
            ),
            migrations.CreateModel(
                name='Snapshot',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('before', models.UUIDField()),
                    ('debits', models.BigIntegerField()),
                    ('credits', models.BigIntegerField()),
                    ('taken_at', models.DateTimeField()),
                ],
            ),
            CreatePartitionedModel(
                name='Transfer',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('entry', models.UUIDField()),
                    ('kind', models.CharField(max_length=30)),
                    ('amount', models.BigIntegerField()),
                    ('currency', models.CharField(max_length=3)),
                    ('subject', models.UUIDField()),
                    ('at', models.DateTimeField()),
                    ('by', models.CharField(help_text="a person's code, or the name of a process", max_length=40)),
                ],
            ),
            migrations.CreateModel(
                name='Balance',
                fields=[
                    ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='ledger.account')),
                    ('debits', models.BigIntegerField(default=0)),
                    ('credits', models.BigIntegerField(default=0)),
                ],
            ),
            migrations.AddConstraint(
                model_name='account',
                constraint=models.UniqueConstraint(fields=('kind', 'party', 'provider', 'currency'), name='one_account', nulls_distinct=False),
            ),
            migrations.AddConstraint(
                model_name='account',
                constraint=models.UniqueConstraint(fields=('id', 'currency'), name='account_currency'),
            ),
            migrations.AddField(
                model_name='snapshot',
                name='account',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='snapshots', to='ledger.account'),
            ),
            migrations.AddField(
                model_name='transfer',
                name='credit',
                field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account'),
            ),
            migrations.AddField(
                model_name='transfer',
                name='debit',
                field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account'),
            ),
            migrations.AddConstraint(
                model_name='snapshot',
                constraint=models.UniqueConstraint(fields=('account', 'before'), name='one_snapshot'),
            ),
            migrations.AddIndex(
                model_name='transfer',
                index=models.Index(fields=['debit', 'at'], name='transfer_debit'),
            ),
            migrations.AddIndex(
                model_name='transfer',
                index=models.Index(fields=['credit', 'at'], name='transfer_credit'),
            ),
            migrations.AddIndex(
                model_name='transfer',
                index=models.Index(fields=['subject'], name='transfer_subject'),
            ),
            migrations.AddConstraint(
                model_name='transfer',
                constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='transfer_positive'),
            ),
            migrations.AddConstraint(
                model_name='transfer',
                constraint=models.CheckConstraint(condition=models.Q(('debit', models.F('credit')), _negated=True), name='transfer_two_accounts'),
            ),
        ]),
        # A transfer's currency is that of both its accounts: foreign keys over two columns.
        migrations.RunSQL(
            """ALTER TABLE ledger_transfer
                ADD CONSTRAINT transfer_debit_account FOREIGN KEY (debit_id, currency)
                    REFERENCES ledger_account (id, currency),
                ADD CONSTRAINT transfer_credit_account FOREIGN KEY (credit_id, currency)
                    REFERENCES ledger_account (id, currency)""",
            """ALTER TABLE ledger_transfer
                DROP CONSTRAINT transfer_debit_account,
                DROP CONSTRAINT transfer_credit_account""",
        ),
        append_only("ledger_transfer"),
    ]
