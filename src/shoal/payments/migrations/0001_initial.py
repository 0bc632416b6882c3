import django.db.models.deletion
import shoal.kit.ids
import shoal.payments.models
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
                name='Intent',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.payments.models.new_code, help_text='our number at the provider', max_length=20, unique=True)),
                    ('subject', models.UUIDField(help_text='the order; orders stand above')),
                    ('provider', models.CharField(max_length=20)),
                    ('provider_reference', models.CharField(blank=True, max_length=80)),
                    ('client', models.CharField(default='desk', help_text='what the payer pays with: desk, phone, wechat', max_length=10)),
                    ('amount', models.BigIntegerField()),
                    ('currency', models.CharField(max_length=3)),
                    ('state', models.CharField(choices=[('open', 'Open'), ('captured', 'Captured'), ('closed', 'given up; money that still arrives is taken in or sent back')], default='open', max_length=10)),
                    ('captured', models.BigIntegerField(default=0)),
                    ('refunded', models.BigIntegerField(default=0, help_text='asked back, whether sent yet or not')),
                    ('returned', models.BigIntegerField(default=0, help_text='arrived back at the payer')),
                    ('created_at', models.DateTimeField()),
                    ('captured_at', models.DateTimeField(null=True)),
                    ('closed_at', models.DateTimeField(null=True)),
                    ('ask_at', models.DateTimeField(null=True)),
                    ('asked', models.PositiveIntegerField(default=0)),
                    ('payer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='Notice',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('provider', models.CharField(max_length=20)),
                    ('event', models.CharField(help_text="the provider's id of what happened", max_length=80)),
                    ('kind', models.CharField(choices=[('captured', 'captured'), ('refunded', 'refunded'), ('refund_failed', 'refund_failed')], max_length=20)),
                    ('our_code', models.CharField(help_text="the intent's or the refund's number", max_length=40)),
                    ('amount', models.BigIntegerField()),
                    ('currency', models.CharField(max_length=3)),
                    ('verdict', models.CharField(choices=[('accepted', 'accepted'), ('wrong_amount', 'wrong_amount'), ('repeated', 'repeated'), ('too_late', 'too_late'), ('unknown', 'unknown')], max_length=15)),
                    ('digest', models.BinaryField(help_text='SHA-256 of the signed body', max_length=32)),
                    ('happened_at', models.DateTimeField()),
                    ('received_at', models.DateTimeField()),
                    ('intent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='payments.intent')),
                ],
            ),
            migrations.CreateModel(
                name='Refund',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.payments.models.new_code, max_length=20, unique=True)),
                    ('subject', models.UUIDField(unique=True)),
                    ('amount', models.BigIntegerField()),
                    ('currency', models.CharField(max_length=3)),
                    ('reason', models.CharField(max_length=200)),
                    ('excess', models.BooleanField(default=False, help_text='gives back what paid for nothing: paid twice, or a wrong sum')),
                    ('state', models.CharField(choices=[('wanted', 'Wanted'), ('sent', 'the provider has it in hand'), ('done', 'Done'), ('failed', 'tried again at next_at; with none, an operator must look')], default='wanted', max_length=8)),
                    ('attempts', models.PositiveIntegerField(default=0)),
                    ('next_at', models.DateTimeField(help_text='when the worker acts on it again', null=True)),
                    ('wanted_at', models.DateTimeField()),
                    ('wanted_by', models.CharField(max_length=40)),
                    ('done_at', models.DateTimeField(null=True)),
                    ('intent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.intent')),
                ],
            ),
            migrations.CreateModel(
                name='RefundStep',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('wanted', 'Wanted'), ('sent', 'the provider has it in hand'), ('done', 'Done'), ('failed', 'tried again at next_at; with none, an operator must look')], max_length=8)),
                    ('reason', models.CharField(blank=True, max_length=200)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('refund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='payments.refund')),
                ],
            ),
            migrations.AddIndex(
                model_name='intent',
                index=models.Index(fields=['subject'], name='intent_subject'),
            ),
            migrations.AddIndex(
                model_name='intent',
                index=models.Index(condition=models.Q(('ask_at__isnull', False)), fields=['ask_at'], name='intent_ask'),
            ),
            migrations.AddConstraint(
                model_name='intent',
                constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='intent_positive'),
            ),
            migrations.AddConstraint(
                model_name='intent',
                constraint=models.CheckConstraint(condition=models.Q(('refunded__gte', 0), ('refunded__lte', models.F('captured'))), name='refunds_never_exceed_payments'),
            ),
            migrations.AddConstraint(
                model_name='intent',
                constraint=models.CheckConstraint(condition=models.Q(('returned__gte', 0), ('returned__lte', models.F('refunded'))), name='returned_was_asked_back'),
            ),
            migrations.AddConstraint(
                model_name='intent',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'captured'), _negated=True), models.Q(('captured__gte', models.F('amount')), ('captured_at__isnull', False)), _connector='OR'), name='captured_is_whole'),
            ),
            migrations.AddConstraint(
                model_name='intent',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('subject',), name='one_open_intent'),
            ),
            migrations.AddIndex(
                model_name='notice',
                index=models.Index(condition=models.Q(('verdict', 'accepted'), _negated=True), fields=['received_at'], name='notice_to_look_at'),
            ),
            migrations.AddIndex(
                model_name='notice',
                index=models.Index(fields=['provider', 'happened_at'], name='notice_of_a_day'),
            ),
            migrations.AddConstraint(
                model_name='notice',
                constraint=models.UniqueConstraint(fields=('provider', 'event'), name='one_notice_per_event'),
            ),
            migrations.AddConstraint(
                model_name='notice',
                constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='notice_positive'),
            ),
            migrations.AddIndex(
                model_name='refund',
                index=models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='refund_due'),
            ),
            migrations.AddConstraint(
                model_name='refund',
                constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='refund_positive'),
            ),
            migrations.AddConstraint(
                model_name='refund',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('next_at', None), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('done_at', None)), _connector='OR'), name='refund_done'),
            ),
        ]),
        append_only("payments_notice"),
        append_only("payments_refundstep"),
    ]
