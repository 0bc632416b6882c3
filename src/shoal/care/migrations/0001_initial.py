import django.db.models.deletion
import shoal.kit.ids
from django.conf import settings
from django.db import migrations, models

from shoal.kit.facts import append_only
from shoal.kit.tables import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('brands', '0001_initial'),
        ('catalog', '0001_initial'),
        ('orders', '0001_initial'),
        ('shops', '0001_initial'),
        ('stock', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables([
            migrations.CreateModel(
                name='Case',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('kind', models.CharField(choices=[('cancel', 'cancel'), ('refund', 'refund'), ('return', 'return'), ('exchange', 'exchange')], max_length=10)),
                    ('reason', models.CharField(choices=[('changed_mind', 'changed_mind'), ('does_not_fit', 'does_not_fit'), ('ordered_wrong', 'ordered_wrong'), ('late', 'late'), ('never_arrived', 'never_arrived'), ('missing', 'missing'), ('wrong', 'wrong'), ('broken', 'broken'), ('quality', 'quality'), ('not_as_described', 'not_as_described'), ('counterfeit', 'counterfeit')], max_length=20)),
                    ('state', models.CharField(choices=[('asked', 'asked'), ('judging', 'judging'), ('offered', 'offered'), ('disputed', 'disputed'), ('confirming', 'confirming'), ('returning', 'returning'), ('returned', 'returned'), ('replacing', 'replacing'), ('sent', 'sent'), ('refunded', 'refunded'), ('replaced', 'replaced'), ('refused', 'refused'), ('withdrawn', 'withdrawn')], max_length=10)),
                    ('waits_for', models.CharField(blank=True, choices=[('customer', 'customer'), ('keeper', 'keeper'), ('brand', 'brand'), ('platform', 'platform')], max_length=10)),
                    ('until_at', models.DateTimeField(null=True)),
                    ('brands_fault', models.BooleanField(help_text='decides who pays the ways there and back')),
                    ('needs_return', models.BooleanField(default=False)),
                    ('crosswise', models.BooleanField(default=False, help_text='new goods leave before old are back')),
                    ('came_back', models.BooleanField(default=False, help_text='the brand has the old goods')),
                    ('new_goods_arrived', models.BooleanField(default=False)),
                    ('was_ruled', models.BooleanField(default=False, help_text='the platform decided: it is final')),
                    ('currency', models.CharField(max_length=3)),
                    ('asked_minor', models.BigIntegerField(help_text='for the goods')),
                    ('refund_minor', models.BigIntegerField(default=0, help_text='goods and freight given back')),
                    ('freight_minor', models.BigIntegerField(default=0, help_text='of it the freight')),
                    ('carrier', models.CharField(blank=True, help_text='of the way back', max_length=40)),
                    ('tracking', models.CharField(blank=True, max_length=60)),
                    ('opened_at', models.DateTimeField()),
                    ('closed_at', models.DateTimeField(null=True)),
                    ('money_back_at', models.DateTimeField(help_text='the payer has it', null=True)),
                    ('money_failed_at', models.DateTimeField(help_text='it did not get there; look at it', null=True)),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='brands.brand')),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to=settings.AUTH_USER_MODEL)),
                    ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='orders.order')),
                    ('parcel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='orders.parcel')),
                    ('report', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='brands.counterfeitreport')),
                    ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='shops.shop')),
                ],
            ),
            migrations.CreateModel(
                name='CaseLine',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('units', models.PositiveIntegerField()),
                    ('full_minor', models.BigIntegerField(help_text='what was paid for those units')),
                    ('asked_minor', models.BigIntegerField()),
                    ('given_units', models.PositiveIntegerField(null=True)),
                    ('given_minor', models.BigIntegerField(null=True)),
                    ('back_units', models.PositiveIntegerField(default=0)),
                    ('broken_units', models.PositiveIntegerField(default=0)),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='care.case')),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='case_lines', to='orders.orderline')),
                    ('sku', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.sku')),
                ],
            ),
            migrations.CreateModel(
                name='CaseStep',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('asked', 'asked'), ('judging', 'judging'), ('offered', 'offered'), ('disputed', 'disputed'), ('confirming', 'confirming'), ('returning', 'returning'), ('returned', 'returned'), ('replacing', 'replacing'), ('sent', 'sent'), ('refunded', 'refunded'), ('replaced', 'replaced'), ('refused', 'refused'), ('withdrawn', 'withdrawn')], max_length=10)),
                    ('deed', models.CharField(choices=[('open', 'open'), ('say', 'say'), ('forward', 'forward'), ('accept', 'accept'), ('offer', 'offer'), ('refuse', 'refuse'), ('take_offer', 'take_offer'), ('ask_platform', 'ask_platform'), ('rule', 'rule'), ('confirm', 'confirm'), ('overturn', 'overturn'), ('send_back', 'send_back'), ('receive', 'receive'), ('contest', 'contest'), ('replace', 'replace'), ('cannot_replace', 'cannot_replace'), ('arrive', 'arrive'), ('withdraw', 'withdraw'), ('refund', 'refund'), ('money_back', 'money_back'), ('money_failed', 'money_failed'), ('end', 'end')], max_length=15)),
                    ('side', models.CharField(blank=True, choices=[('customer', 'customer'), ('keeper', 'keeper'), ('brand', 'brand'), ('platform', 'platform')], help_text='empty: a deadline, a process', max_length=10)),
                    ('sealed', models.BinaryField(help_text='vault of the customer: text', null=True)),
                    ('amount_minor', models.BigIntegerField(help_text='offered, given or back', null=True)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='care.case')),
                ],
            ),
            migrations.CreateModel(
                name='CasePicture',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('width', models.PositiveIntegerField()),
                    ('height', models.PositiveIntegerField()),
                    ('sealed', models.BinaryField(help_text='vault of the customer: webp, in base64')),
                    ('step', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pictures', to='care.casestep')),
                ],
            ),
            migrations.CreateModel(
                name='Conversation',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(default=shoal.kit.ids.short_code, max_length=12, unique=True)),
                    ('begun_at', models.DateTimeField()),
                    ('last_at', models.DateTimeField()),
                    ('unread_by_shop', models.PositiveIntegerField(default=0)),
                    ('unread_by_customer', models.PositiveIntegerField(default=0)),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to=settings.AUTH_USER_MODEL)),
                    ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to='shops.shop')),
                ],
            ),
            migrations.CreateModel(
                name='Message',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('side', models.CharField(choices=[('customer', 'Customer'), ('shop', 'Shop')], max_length=10)),
                    ('sealed', models.BinaryField(help_text='vault of the customer: text')),
                    ('about', models.CharField(blank=True, choices=[('product', 'Product'), ('order', 'Order'), ('case', 'Case')], max_length=10)),
                    ('about_code', models.CharField(blank=True, help_text='of what it is about', max_length=12)),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='care.conversation')),
                ],
            ),
            migrations.CreateModel(
                name='Replacement',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('units', models.PositiveIntegerField()),
                    ('state', models.CharField(choices=[('held', 'set aside for her'), ('sent', 'Sent'), ('arrived', 'Arrived'), ('released', 'not sent: back on the shelf')], default='held', max_length=8)),
                    ('carrier', models.CharField(blank=True, max_length=40)),
                    ('tracking', models.CharField(blank=True, max_length=60)),
                    ('sent_at', models.DateTimeField(null=True)),
                    ('arrived_at', models.DateTimeField(null=True)),
                    ('allotment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stock.allotment')),
                    ('case_line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='replacement', to='care.caseline')),
                    ('sku', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.sku')),
                ],
            ),
            migrations.CreateModel(
                name='ReturnAddress',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('sealed', models.BinaryField(help_text='vault of the brand: recipient, phone, address, note')),
                    ('at', models.DateTimeField()),
                    ('by', models.CharField(max_length=40)),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='return_addresses', to='brands.brand')),
                ],
            ),
            migrations.AddField(
                model_name='case',
                name='return_address',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='care.returnaddress'),
            ),
            migrations.CreateModel(
                name='Ruling',
                fields=[
                    ('id', models.UUIDField(default=shoal.kit.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('grants', models.BooleanField()),
                    ('brands_fault', models.BooleanField()),
                    ('needs_return', models.BooleanField()),
                    ('amount_minor', models.BigIntegerField(help_text='for the goods')),
                    ('by', models.CharField(max_length=40)),
                    ('at', models.DateTimeField()),
                    ('verdict', models.CharField(blank=True, choices=[('confirmed', 'Confirmed'), ('overturned', 'Overturned')], max_length=10)),
                    ('confirmed_by', models.CharField(blank=True, max_length=40)),
                    ('confirmed_at', models.DateTimeField(null=True)),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rulings', to='care.case')),
                ],
            ),
            migrations.AddConstraint(
                model_name='caseline',
                constraint=models.UniqueConstraint(fields=('case', 'line'), name='one_line_per_case'),
            ),
            migrations.AddConstraint(
                model_name='caseline',
                constraint=models.CheckConstraint(condition=models.Q(('asked_minor__gte', 0), ('units__gt', 0), ('asked_minor__lte', models.F('full_minor')), models.Q(('given_units', None), ('given_units__lte', models.F('units')), _connector='OR'), models.Q(('given_minor', None), models.Q(('given_minor__gte', 0), ('given_minor__lte', models.F('full_minor'))), _connector='OR')), name='case_line_amounts'),
            ),
            migrations.AddConstraint(
                model_name='caseline',
                constraint=models.CheckConstraint(condition=models.Q(('back_units__lte', models.F('units')), ('broken_units__lte', models.F('units'))), name='case_line_back'),
            ),
            migrations.AddIndex(
                model_name='casestep',
                index=models.Index(fields=['case', 'id'], name='case_step_case'),
            ),
            migrations.AddIndex(
                model_name='conversation',
                index=models.Index(fields=['shop', '-last_at'], name='conversation_shop'),
            ),
            migrations.AddIndex(
                model_name='conversation',
                index=models.Index(fields=['customer', '-last_at'], name='conversation_customer'),
            ),
            migrations.AddConstraint(
                model_name='conversation',
                constraint=models.UniqueConstraint(fields=('shop', 'customer'), name='one_conversation'),
            ),
            migrations.AddIndex(
                model_name='message',
                index=models.Index(fields=['conversation', '-at'], name='message_conversation'),
            ),
            migrations.AddIndex(
                model_name='case',
                index=models.Index(fields=['customer', '-opened_at'], name='case_customer'),
            ),
            migrations.AddIndex(
                model_name='case',
                index=models.Index(fields=['shop', '-opened_at'], name='case_shop'),
            ),
            migrations.AddIndex(
                model_name='case',
                index=models.Index(fields=['brand', 'waits_for', 'until_at'], name='case_brand'),
            ),
            migrations.AddIndex(
                model_name='case',
                index=models.Index(condition=models.Q(('until_at__isnull', False)), fields=['until_at'], name='case_deadline'),
            ),
            migrations.AddConstraint(
                model_name='case',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['refunded', 'refused', 'replaced', 'withdrawn']), ('until_at', None), ('waits_for', ''), ('closed_at__isnull', False)), models.Q(models.Q(('state__in', ['refunded', 'refused', 'replaced', 'withdrawn']), _negated=True), models.Q(('waits_for', ''), _negated=True), ('until_at__isnull', False), ('closed_at', None)), _connector='OR'), name='case_waits_for_somebody'),
            ),
            migrations.AddConstraint(
                model_name='case',
                constraint=models.CheckConstraint(condition=models.Q(('asked_minor__gte', 0), ('refund_minor__gte', models.F('freight_minor')), ('freight_minor__gte', 0)), name='case_amounts'),
            ),
            migrations.AddConstraint(
                model_name='ruling',
                constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', models.F('by')), _negated=True), name='ruling_needs_two_people'),
            ),
            migrations.AddConstraint(
                model_name='ruling',
                constraint=models.UniqueConstraint(condition=models.Q(('verdict', '')), fields=('case',), name='one_open_ruling'),
            ),
        ]),
        append_only("care_message"),
        append_only("care_casestep"),
        append_only("care_returnaddress"),
        append_only("care_casepicture"),
    ]
