import django.db.models.deletion
import shoal.kit.ids
import shoal.payments.models
from django.conf import settings
from django.db import migrations, models

from shoal.kit.facts import append_only


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Intent',
            fields=[
                ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(help_text='our number at the provider', max_length=20, unique=True)),
                ('subject', models.UUIDField(help_text='the order; orders stand above')),
                ('provider', models.CharField(max_length=20)),
                ('provider_reference', models.CharField(blank=True, max_length=80)),
                ('amount', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('state', models.CharField(choices=[('open', 'Open'), ('captured', 'Captured'), ('closed', 'given up; money that still arrives is taken in or sent back')], default='open', max_length=10)),
                ('captured', models.BigIntegerField(default=0)),
                ('refunded', models.BigIntegerField(default=0, help_text='asked back, not failed')),
                ('created_at', models.DateTimeField()),
                ('captured_at', models.DateTimeField(null=True)),
                ('payer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=20)),
                ('event', models.CharField(help_text="the provider's id of what happened", max_length=80)),
                ('kind', models.CharField(help_text='captured, refunded, refund_failed', max_length=20)),
                ('intent_code', models.CharField(max_length=20)),
                ('amount', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('verdict', models.CharField(choices=[('accepted', 'Accepted'), ('wrong_amount', 'Wrong Amount'), ('unknown', 'no such intent'), ('repeated', 'the intent was captured already by another event')], max_length=15)),
                ('digest', models.BinaryField(help_text='SHA-256 of the signed body', max_length=32)),
                ('happened_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('provider', 'event'), name='one_notice_per_event')],
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(default=shoal.payments.models.Intent.new_code, max_length=20, unique=True)),
                ('subject', models.UUIDField(unique=True)),
                ('amount', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('reason', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('wanted', 'Wanted'), ('sent', 'Sent'), ('done', 'Done'), ('failed', 'Failed')], default='wanted', max_length=8)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('wanted_at', models.DateTimeField()),
                ('wanted_by', models.CharField(max_length=40)),
                ('done_at', models.DateTimeField(null=True)),
                ('intent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.intent')),
            ],
        ),
        migrations.AddIndex(
            model_name='intent',
            index=models.Index(fields=['subject'], name='intent_subject'),
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
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='refund_positive'),
        ),
        append_only("payments_notice"),
    ]
