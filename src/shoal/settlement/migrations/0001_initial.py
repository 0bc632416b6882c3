import django.db.models.deletion
import django.db.models.expressions
import shoal.kit.ids
import shoal.settlement.models_payouts
from django.conf import settings
from django.db import migrations, models

from shoal.kit.facts import append_only
from shoal.kit.partitions import CreatePartitionedModel
from shoal.kit.tables import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('brands', '0001_initial'),
        ('ledger', '0001_initial'),
        ('orders', '0001_initial'),
        ('shops', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='Batch',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('at', models.DateTimeField()),
                    ('lines', models.PositiveIntegerField()),
                    ('by', models.CharField(max_length=40)),
                ],
            ),
            migrations.CreateModel(
                name='Payout',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.settlement.models_payouts.new_payout_code, help_text='our number at the partner', max_length=20, unique=True)),
                    ('purpose', models.CharField(choices=[('balance', 'what she earned'), ('proof', "a small sum of the platform's that proves her account"), ('deposit', "a brand's deposit, given back")], default='balance', max_length=8)),
                    ('party_kind', models.CharField(choices=[('keeper', 'Keeper'), ('brand', 'Brand')], max_length=8)),
                    ('party', models.UUIDField()),
                    ('currency', models.CharField(max_length=3)),
                    ('gross_minor', models.BigIntegerField(help_text='what left her balance')),
                    ('withheld_minor', models.BigIntegerField(default=0, help_text='of it, owed to the tax office')),
                    ('amount', models.BigIntegerField(help_text='what reaches her account')),
                    ('state', models.CharField(choices=[('made', 'waits for a run and its release'), ('released', 'the worker sends it'), ('sent', 'the partner has it in hand'), ('paid', 'Paid'), ('failed', 'Failed')], default='made', max_length=8)),
                    ('period', models.CharField(blank=True, help_text="the period of the worker's", max_length=10)),
                    ('provider', models.CharField(blank=True, help_text='chosen when released', max_length=20)),
                    ('reference', models.CharField(blank=True, help_text="the partner's number", max_length=80)),
                    ('attempts', models.PositiveIntegerField(default=0)),
                    ('next_at', models.DateTimeField(help_text='when the worker acts on it again', null=True)),
                    ('trouble', models.CharField(blank=True, help_text='why the last try failed', max_length=200)),
                    ('told_at', models.DateTimeField(help_text="the moment of the partner's last word", null=True)),
                    ('made_at', models.DateTimeField()),
                    ('made_by', models.CharField(max_length=40)),
                    ('done_at', models.DateTimeField(null=True)),
                ],
            ),
            migrations.CreateModel(
                name='Goodwill',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('amount', models.BigIntegerField()),
                    ('currency', models.CharField(max_length=3)),
                    ('reason', models.CharField(max_length=200)),
                    ('provider', models.CharField(blank=True, help_text='through whom it went; empty: from our bank, by hand', max_length=20)),
                    ('reference', models.CharField(help_text="the bank's or the partner's number", max_length=80)),
                    ('asked_by', models.CharField(max_length=40)),
                    ('approved_by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='goodwill', to='orders.order')),
                ],
            ),
            migrations.CreateModel(
                name='GoodwillWish',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('amount', models.BigIntegerField()),
                    ('currency', models.CharField(max_length=3)),
                    ('reason', models.CharField(max_length=200)),
                    ('asked_at', models.DateTimeField()),
                    ('asked_by', models.CharField(max_length=40)),
                    ('verdict', models.CharField(blank=True, default='', help_text='approved, refused', max_length=10)),
                    ('decided_at', models.DateTimeField(null=True)),
                    ('decided_by', models.CharField(blank=True, max_length=40)),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('gift', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='wish', to='settlement.goodwill')),
                    ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='goodwill_wishes', to='orders.order')),
                ],
            ),
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
                name='DepositMove',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('kind', models.CharField(choices=[('paid_in', 'Paid In'), ('given_back', 'Given Back'), ('covered', 'by the worker, when a balance stayed below zero')], max_length=12)),
                    ('state', models.CharField(choices=[('asked', 'Asked'), ('confirmed', 'Confirmed'), ('refused', 'Refused')], default='asked', max_length=10)),
                    ('amount', models.BigIntegerField()),
                    ('currency', models.CharField(max_length=3)),
                    ('reference', models.CharField(blank=True, help_text="the bank's number", max_length=80)),
                    ('reason', models.CharField(blank=True, max_length=200)),
                    ('asked_at', models.DateTimeField()),
                    ('asked_by', models.CharField(max_length=40)),
                    ('decided_at', models.DateTimeField(null=True)),
                    ('decided_by', models.CharField(blank=True, max_length=40)),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deposit_moves', to='brands.brand')),
                    ('payout', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deposit_move', to='settlement.payout')),
                ],
            ),
            migrations.CreateModel(
                name='PayoutAccount',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('party_kind', models.CharField(choices=[('keeper', 'Keeper'), ('brand', 'Brand')], max_length=8)),
                    ('party', models.UUIDField()),
                    ('kind', models.CharField(choices=[('bank', 'Bank account'), ('wallet', 'Wallet')], max_length=8)),
                    ('key', models.UUIDField(help_text='whose key it is sealed under')),
                    ('sealed', models.BinaryField(help_text='vault: holder, bank, number')),
                    ('state', models.CharField(choices=[('given', 'an operator compares the name with the papers'), ('proving', 'a small sum is sent; she types back how much it was'), ('verified', 'Verified'), ('refused', 'Refused'), ('replaced', 'Replaced')], default='given', max_length=10)),
                    ('reason', models.CharField(blank=True, help_text='why it was refused', max_length=200)),
                    ('proof_minor', models.BigIntegerField(help_text='the small sum she types back', null=True)),
                    ('proof_tries', models.PositiveSmallIntegerField(default=0)),
                    ('held_until', models.DateTimeField(help_text='nothing is paid out before: the account was changed', null=True)),
                    ('given_at', models.DateTimeField()),
                    ('given_by', models.CharField(max_length=40)),
                    ('checked_at', models.DateTimeField(null=True)),
                    ('checked_by', models.CharField(blank=True, max_length=40)),
                    ('verified_at', models.DateTimeField(null=True)),
                ],
                options={
                    'indexes': [models.Index(fields=['state', 'given_at'], name='payout_acct_state')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['given', 'proving', 'verified'])), fields=('party_kind', 'party'), name='one_payout_account'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'verified'), _negated=True), models.Q(models.Q(('checked_by', ''), _negated=True), models.Q(('checked_by', models.F('given_by')), _negated=True), ('verified_at__isnull', False)), _connector='OR'), name='payout_account_checked')],
                },
            ),
            migrations.AddField(
                model_name='payout',
                name='account',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='settlement.payoutaccount'),
            ),
            migrations.CreateModel(
                name='PayoutHold',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('party_kind', models.CharField(choices=[('keeper', 'Keeper'), ('brand', 'Brand')], max_length=8)),
                    ('party', models.UUIDField()),
                    ('reason', models.CharField(max_length=200)),
                    ('put_at', models.DateTimeField()),
                    ('put_by', models.CharField(max_length=40)),
                    ('lifted_at', models.DateTimeField(null=True)),
                    ('lifted_by', models.CharField(blank=True, max_length=40)),
                    ('why_lifted', models.CharField(blank=True, max_length=200)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('party_kind', 'party'), name='one_payout_hold')],
                },
            ),
            migrations.CreateModel(
                name='PayoutNotice',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('provider', models.CharField(max_length=20)),
                    ('event', models.CharField(max_length=80)),
                    ('kind', models.CharField(help_text='paid, failed', max_length=8)),
                    ('our_code', models.CharField(max_length=40)),
                    ('amount', models.BigIntegerField()),
                    ('currency', models.CharField(max_length=3)),
                    ('reason', models.CharField(blank=True, max_length=200)),
                    ('verdict', models.CharField(choices=[('accepted', 'Accepted'), ('wrong_amount', 'Wrong Amount'), ('repeated', 'Repeated'), ('too_late', 'older than what we know'), ('unknown', 'we sent no such payout')], max_length=15)),
                    ('happened_at', models.DateTimeField()),
                    ('received_at', models.DateTimeField()),
                    ('payout', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='settlement.payout')),
                ],
            ),
            migrations.CreateModel(
                name='PayoutRun',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('currency', models.CharField(max_length=3)),
                    ('state', models.CharField(choices=[('prepared', 'Prepared'), ('released', 'Released'), ('dropped', 'its payouts wait for another run')], default='prepared', max_length=10)),
                    ('prepared_at', models.DateTimeField()),
                    ('prepared_by', models.CharField(max_length=40)),
                    ('decided_at', models.DateTimeField(null=True)),
                    ('decided_by', models.CharField(blank=True, max_length=40)),
                    ('reason', models.CharField(blank=True, help_text='why it was dropped', max_length=200)),
                ],
                options={
                    'indexes': [models.Index(fields=['-prepared_at'], name='payout_run_time')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'released'), _negated=True), models.Q(models.Q(('decided_by', ''), _negated=True), models.Q(('decided_by', models.F('prepared_by')), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='payout_run_needs_two'), models.CheckConstraint(condition=models.Q(models.Q(('prepared_by__contains', ':'), _negated=True), models.Q(('decided_by__contains', ':'), _negated=True)), name='payout_run_needs_people')],
                },
            ),
            migrations.AddField(
                model_name='payout',
                name='run',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='settlement.payoutrun'),
            ),
            migrations.CreateModel(
                name='PayoutStep',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('made', 'waits for a run and its release'), ('released', 'the worker sends it'), ('sent', 'the partner has it in hand'), ('paid', 'Paid'), ('failed', 'Failed')], max_length=8)),
                    ('reason', models.CharField(blank=True, max_length=200)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('payout', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='settlement.payout')),
                ],
            ),
            migrations.CreateModel(
                name='SettledFreight',
                fields=[
                    ('parcel', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='settled', serialize=False, to='orders.parcel')),
                    ('currency', models.CharField(max_length=3)),
                    ('freight_minor', models.BigIntegerField()),
                    ('at', models.DateTimeField()),
                    ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settled_freight', to='settlement.batch')),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                ],
            ),
            migrations.CreateModel(
                name='FreightReversal',
                fields=[
                    ('refund', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='reversal', serialize=False, to='orders.freightrefund')),
                    ('currency', models.CharField(max_length=3)),
                    ('freight_minor', models.BigIntegerField()),
                    ('at', models.DateTimeField()),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                    ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='freight_reversals', to='orders.order')),
                    ('parcel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='settlement.settledfreight')),
                ],
            ),
            CreatePartitionedModel(
                name='SettledLine',
                fields=[
                    ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='settled', serialize=False, to='orders.orderline')),
                    ('currency', models.CharField(max_length=3)),
                    ('brand_minor', models.BigIntegerField()),
                    ('keeper_minor', models.BigIntegerField()),
                    ('platform_minor', models.BigIntegerField()),
                    ('brand_discount_minor', models.BigIntegerField(default=0)),
                    ('keeper_discount_minor', models.BigIntegerField(default=0)),
                    ('at', models.DateTimeField()),
                    ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settled_lines', to='settlement.batch')),
                    ('brand', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                    ('earner', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settled_lines', to='shops.shop')),
                    ('order', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='settled_lines', to='orders.order')),
                ],
            ),
            migrations.CreateModel(
                name='Reversal',
                fields=[
                    ('refund', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='reversal', serialize=False, to='orders.linerefund')),
                    ('currency', models.CharField(max_length=3)),
                    ('brand_minor', models.BigIntegerField()),
                    ('keeper_minor', models.BigIntegerField()),
                    ('platform_minor', models.BigIntegerField()),
                    ('at', models.DateTimeField()),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='brands.brand')),
                    ('earner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='shops.shop')),
                    ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='orders.order')),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='settlement.settledline')),
                ],
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
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='run_has_length'), models.UniqueConstraint(fields=('starts_at',), name='one_run_from'), models.UniqueConstraint(fields=('ends_at',), name='one_run_until')],
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
            ),
            migrations.CreateModel(
                name='StatementTransfer',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                    ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stated', to='settlement.statement')),
                    ('transfer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transfer')),
                ],
            ),
            migrations.AddIndex(
                model_name='goodwill',
                index=models.Index(fields=['order'], name='goodwill_order'),
            ),
            migrations.AddIndex(
                model_name='goodwill',
                index=models.Index(fields=['customer', '-at'], name='goodwill_customer'),
            ),
            migrations.AddConstraint(
                model_name='goodwill',
                constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='goodwill_positive'),
            ),
            migrations.AddConstraint(
                model_name='goodwill',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_by', models.F('asked_by')), _negated=True), models.Q(('asked_by', ''), _negated=True), models.Q(('approved_by', ''), _negated=True)), name='goodwill_needs_two'),
            ),
            migrations.AddConstraint(
                model_name='goodwill',
                constraint=models.UniqueConstraint(fields=('provider', 'reference'), name='one_goodwill_per_reference'),
            ),
            migrations.AddConstraint(
                model_name='goodwillwish',
                constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='goodwill_wish_positive'),
            ),
            migrations.AddConstraint(
                model_name='goodwillwish',
                constraint=models.CheckConstraint(condition=models.Q(('decided_by', models.F('asked_by')), _negated=True), name='goodwill_wish_needs_two'),
            ),
            migrations.AddIndex(
                model_name='depositmove',
                index=models.Index(fields=['brand', '-asked_at'], name='deposit_brand'),
            ),
            migrations.AddConstraint(
                model_name='depositmove',
                constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='deposit_move_positive'),
            ),
            migrations.AddConstraint(
                model_name='depositmove',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), _negated=True), ('kind', 'covered'), models.Q(models.Q(('decided_by', ''), _negated=True), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='deposit_needs_two_people'),
            ),
            migrations.AddConstraint(
                model_name='depositmove',
                constraint=models.UniqueConstraint(condition=models.Q(('kind', 'paid_in'), models.Q(('state', 'refused'), _negated=True)), fields=('reference',), name='one_deposit_per_bank_line'),
            ),
            migrations.AddConstraint(
                model_name='depositmove',
                constraint=models.UniqueConstraint(condition=models.Q(('kind', 'given_back'), ('state', 'asked')), fields=('brand',), name='one_deposit_to_give_back'),
            ),
            migrations.AddConstraint(
                model_name='payoutnotice',
                constraint=models.UniqueConstraint(fields=('provider', 'event'), name='one_payout_notice'),
            ),
            migrations.AddIndex(
                model_name='payout',
                index=models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='payout_due'),
            ),
            migrations.AddIndex(
                model_name='payout',
                index=models.Index(fields=['party_kind', 'party', '-made_at'], name='payout_party'),
            ),
            migrations.AddIndex(
                model_name='payout',
                index=models.Index(fields=['state', 'made_at'], name='payout_state'),
            ),
            migrations.AddConstraint(
                model_name='payout',
                constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('gross_minor', django.db.models.expressions.CombinedExpression(models.F('amount'), '+', models.F('withheld_minor'))), ('withheld_minor__gte', 0)), name='payout_adds_up'),
            ),
            migrations.AddConstraint(
                model_name='payout',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('purpose', 'proof'), _negated=True), ('amount__lt', 100), _connector='OR'), name='proof_is_small'),
            ),
            migrations.AddConstraint(
                model_name='payout',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('purpose', 'balance'), _negated=True), ('state__in', ['made', 'failed']), ('run__isnull', False), _connector='OR'), name='payout_leaves_in_a_run'),
            ),
            migrations.AddConstraint(
                model_name='payout',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('next_at', None), ('state__in', ['paid', 'failed'])), models.Q(models.Q(('state__in', ['paid', 'failed']), _negated=True), ('done_at', None)), _connector='OR'), name='payout_done'),
            ),
            migrations.AddConstraint(
                model_name='payout',
                constraint=models.UniqueConstraint(condition=models.Q(('purpose', 'balance'), ('state__in', ['made', 'released', 'sent'])), fields=('party_kind', 'party', 'currency'), name='one_open_payout'),
            ),
            migrations.AddConstraint(
                model_name='payout',
                constraint=models.UniqueConstraint(condition=models.Q(('period', ''), _negated=True), fields=('party_kind', 'party', 'currency', 'period'), name='one_payout_per_period'),
            ),
            migrations.AddConstraint(
                model_name='payout',
                constraint=models.UniqueConstraint(condition=models.Q(('purpose', 'proof'), models.Q(('state', 'failed'), _negated=True)), fields=('account',), name='one_proof_per_account'),
            ),
            migrations.AddIndex(
                model_name='settledline',
                index=models.Index(fields=['brand', '-at'], name='settled_brand'),
            ),
            migrations.AddIndex(
                model_name='settledline',
                index=models.Index(fields=['earner', '-at'], name='settled_earner'),
            ),
            migrations.AddConstraint(
                model_name='settledline',
                constraint=models.CheckConstraint(condition=models.Q(('brand_minor__gte', 0), ('keeper_minor__gte', 0), ('platform_minor__gte', 0)), name='settled_parts'),
            ),
            migrations.AddConstraint(
                model_name='settledline',
                constraint=models.CheckConstraint(condition=models.Q(('earner__isnull', False), ('keeper_minor', 0), _connector='OR'), name='earning_has_earner'),
            ),
            migrations.AddIndex(
                model_name='reversal',
                index=models.Index(fields=['brand', '-at'], name='reversal_brand'),
            ),
            migrations.AddIndex(
                model_name='reversal',
                index=models.Index(fields=['earner', '-at'], name='reversal_earner'),
            ),
            migrations.AddConstraint(
                model_name='reversal',
                constraint=models.CheckConstraint(condition=models.Q(('brand_minor__gte', 0), ('keeper_minor__gte', 0), ('platform_minor__gte', 0)), name='reversal_parts'),
            ),
            migrations.AddConstraint(
                model_name='statement',
                constraint=models.UniqueConstraint(fields=('account', 'run'), name='one_statement'),
            ),
            migrations.AddConstraint(
                model_name='statement',
                constraint=models.CheckConstraint(condition=models.Q(('closing_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('opening_minor'), '+', models.F('credits_minor')), '-', models.F('debits_minor')))), name='statement_adds_up'),
            ),
            migrations.AddConstraint(
                model_name='statementtransfer',
                constraint=models.UniqueConstraint(fields=('account', 'transfer'), name='stated_once'),
            ),
        ]),
        append_only("settlement_settledline"),
        append_only("settlement_settledfreight"),
        append_only("settlement_reversal"),
        append_only("settlement_freightreversal"),
        append_only("settlement_statement"),
        append_only("settlement_statementtransfer"),
        append_only("settlement_invoiceprofile"),
        append_only("settlement_payoutstep"),
        append_only("settlement_payoutnotice"),
        append_only("settlement_goodwill"),
    ]
