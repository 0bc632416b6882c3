import django.db.models.deletion
import shoal.kit.ids
from django.conf import settings
from django.db import migrations, models

from shoal.kit.facts import append_only
from shoal.kit.tables import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='Person',
                fields=[
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('language', models.CharField(default='zh-hans', max_length=8)),
                    ('sealed', models.BinaryField(default=bytes, help_text='vault: name, phone, e-mail')),
                    ('created_at', models.DateTimeField()),
                    ('erased_at', models.DateTimeField(null=True)),
                    ('is_active', models.BooleanField(default=True)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Terms',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('version', models.PositiveIntegerField(unique=True)),
                    ('texts', models.JSONField(help_text='language to text')),
                    ('published_at', models.DateTimeField()),
                    ('published_by', models.CharField(max_length=40)),
                ],
            ),
            migrations.CreateModel(
                name='LoginLink',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('digest', models.BinaryField(help_text='SHA-256 of the token', max_length=32, unique=True)),
                    ('minted_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('used_at', models.DateTimeField(null=True)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='OneTimeCode',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('phone_index', models.BinaryField(max_length=32)),
                    ('digest', models.BinaryField(max_length=32)),
                    ('tries', models.PositiveSmallIntegerField(default=0)),
                    ('sent_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('used_at', models.DateTimeField(null=True)),
                ],
                options={
                    'indexes': [models.Index(fields=['phone_index', '-sent_at'], name='code_phone')],
                },
            ),
            migrations.CreateModel(
                name='Tally',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(max_length=20)),
                    ('subject', models.BinaryField(help_text='blind index of a phone, network, …', max_length=32)),
                    ('since_at', models.DateTimeField()),
                    ('until_at', models.DateTimeField()),
                    ('count', models.PositiveIntegerField(default=1)),
                ],
                options={
                    'indexes': [models.Index(fields=['until_at'], name='tally_until')],
                    'constraints': [models.UniqueConstraint(fields=('kind', 'subject', 'since_at', 'until_at'), name='one_tally')],
                },
            ),
            migrations.CreateModel(
                name='Address',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('region', models.CharField(help_text='administrative code, for freight', max_length=12)),
                    ('sealed', models.BinaryField(help_text='vault: recipient, phone, province, city, district, street')),
                    ('is_default', models.BooleanField(default=False)),
                    ('created_at', models.DateTimeField()),
                    ('removed_at', models.DateTimeField(null=True)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True), ('removed_at', None)), fields=('person',), name='one_default_address')],
                },
            ),
            migrations.CreateModel(
                name='Identity',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('phone', 'Phone'), ('email', 'Email'), ('wechat', 'Wechat')], max_length=10)),
                    ('blind_index', models.BinaryField(max_length=32)),
                    ('proved_at', models.DateTimeField()),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('kind', 'blind_index'), name='one_person_per_identity')],
                },
            ),
            migrations.CreateModel(
                name='Invitation',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('digest', models.BinaryField(help_text='SHA-256 of the token', max_length=32, unique=True)),
                    ('place', models.CharField(choices=[('platform', 'Platform'), ('brand', 'Brand'), ('shop', 'Shop'), ('supplier', 'Supplier')], max_length=10)),
                    ('subject', models.UUIDField(help_text="the brand's or the shop's id", null=True)),
                    ('role', models.CharField(max_length=12)),
                    ('sealed', models.BinaryField(help_text='vault of this invitation: e-mail')),
                    ('email_index', models.BinaryField(max_length=32)),
                    ('invited_by', models.CharField(max_length=40)),
                    ('invited_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('withdrawn_at', models.DateTimeField(null=True)),
                    ('accepted_at', models.DateTimeField(null=True)),
                    ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('place__in', ['platform', 'supplier']), ('subject', None)), models.Q(('place__in', ['brand', 'shop']), ('subject__isnull', False)), _connector='OR'), name='invitation_subject'), models.UniqueConstraint(condition=models.Q(('accepted_at', None), ('withdrawn_at', None)), fields=('place', 'subject', 'role', 'email_index'), name='one_open_invitation', nulls_distinct=False)],
                },
            ),
            migrations.CreateModel(
                name='Operator',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('role', models.CharField(choices=[('admin', 'Admin'), ('vetting', 'Vetting'), ('money', 'Money'), ('care', 'Care')], max_length=10)),
                    ('since_at', models.DateTimeField()),
                    ('until_at', models.DateTimeField(null=True)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='operator_roles', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('until_at', None)), fields=('person', 'role'), name='one_operator_role')],
                },
            ),
            migrations.CreateModel(
                name='TermsAcceptance',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('accepted_at', models.DateTimeField()),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acceptances', to=settings.AUTH_USER_MODEL)),
                    ('terms', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.terms')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('person', 'terms'), name='one_acceptance')],
                },
            ),
        ]),
        append_only("people_terms"),
        append_only("people_termsacceptance"),
    ]
