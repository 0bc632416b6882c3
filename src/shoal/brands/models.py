"""Brands: who supplies, with which papers, on which contract."""

from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy

from shoal.kit.ids import short_code, uuid7
from shoal.kit.papers import private_storage
from shoal.kit.texts import in_language, named
from shoal.people.models import Person


class Verdict(models.TextChoices):
    """How something handed in was judged; empty while nobody has."""

    ACCEPTED = "accepted", pgettext_lazy("verdict", "Accepted")
    REFUSED = "refused", pgettext_lazy("verdict", "Refused")


class Brand(models.Model):
    """A supplier. Its state is a projection of its steps."""

    class State(models.TextChoices):
        APPLIED = "applied", pgettext_lazy("brand", "Applied")
        SAMPLES = "samples", pgettext_lazy("brand", "Samples asked for")
        VETTED = "vetted", pgettext_lazy("brand", "Contract to be signed")
        ACTIVE = "active", pgettext_lazy("brand", "Active")
        SUSPENDED = "suspended", pgettext_lazy("brand", "Suspended")
        REFUSED = "refused", pgettext_lazy("brand", "Refused")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    names = models.JSONField(help_text="language to text")
    stories = models.JSONField(default=dict, help_text="language to text")
    base_language = models.CharField(max_length=8, default="zh")
    logo = models.ImageField(upload_to="brands/", blank=True)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State, default=State.APPLIED)
    applied_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "applied_at"], name="brand_state")]

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_language(self.names, self.base_language)

    @property
    def named(self) -> str:
        """The name in the language of whoever reads it in the end."""
        return named(self.names, self.base_language)

    @property
    def story(self) -> str:
        """What the brand tells about itself in the reader's language."""
        return in_language(self.stories, self.base_language)


class BrandStep(models.Model):
    """Fact: a brand's state changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=Brand.State)
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class BrandMember(models.Model):
    """A person's role at one brand."""

    class Role(models.TextChoices):
        OWNER = "owner", pgettext_lazy("brand", "Owner")
        GOODS = "goods", pgettext_lazy("brand", "Goods")
        WAREHOUSE = "warehouse", pgettext_lazy("brand", "Warehouse")
        MONEY = "money", pgettext_lazy("brand", "Money")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.CASCADE, related_name="brand_roles")
    role = models.CharField(max_length=10, choices=Role)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["brand", "person"], condition=models.Q(until_at=None), name="one_brand_role"
            ),
        ]


class Paper(models.Model):
    """A licence, trademark or authorisation that a brand handed in: confidential.

    The file stands in the private storage; only a view that knows who asks hands it out.
    """

    class Kind(models.TextChoices):
        LICENCE = "licence", pgettext_lazy("paper", "Business licence")
        TRADEMARK = "trademark", pgettext_lazy("paper", "Trademark certificate")
        AUTHORISATION = "authorisation", pgettext_lazy("paper", "Authorisation to sell")
        INSPECTION = "inspection", pgettext_lazy("paper", "Inspection report")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=15, choices=Kind)
    file = models.FileField(storage=private_storage, max_length=200)
    media_type = models.CharField(max_length=40, help_text="found in the content, not in the name")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file")
    number = models.CharField(max_length=60, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict, default="", blank=True)
    reason = models.TextField(blank=True)
    handed_in_at = models.DateTimeField()
    judged_at = models.DateTimeField(null=True)
    judged_by = models.CharField(max_length=40, blank=True)


class Contract(models.Model):
    """The terms a brand signed; a new version replaces, never edits."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="contracts", db_index=False)
    version = models.PositiveIntegerField()
    fees = models.JSONField(
        help_text="category code to the least fee, in basis points; '' for the rest"
    )
    deposit_minor = models.BigIntegerField(default=0)
    guarantees_authenticity = models.BooleanField(default=True)
    terms = models.TextField()
    offered_at = models.DateTimeField()
    offered_by = models.CharField(max_length=40)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "version"], name="one_contract_version"),
        ]


class Sample(models.Model):
    """A sample that the operator asked for, and how it was judged."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="samples")
    wanted = models.CharField(max_length=200)
    tracking = models.CharField(max_length=60, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict, default="", blank=True)
    reason = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=40)
    judged_at = models.DateTimeField(null=True)
    judged_by = models.CharField(max_length=40, blank=True)


class CounterfeitReport(models.Model):
    """Somebody says that goods are not genuine."""

    class Verdict(models.TextChoices):
        UPHELD = "upheld", pgettext_lazy("counterfeit report", "Upheld")
        DISMISSED = "dismissed", pgettext_lazy("counterfeit report", "Dismissed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="counterfeit_reports")
    product = models.UUIDField(null=True, help_text="the product's id; catalogue stands above")
    reporter = models.ForeignKey(Person, models.PROTECT, related_name="+")
    sealed = models.BinaryField(help_text="vault of the reporter: what she wrote")
    verdict = models.CharField(max_length=10, choices=Verdict, default="", blank=True)
    reason = models.TextField(blank=True)
    reported_at = models.DateTimeField()
    judged_at = models.DateTimeField(null=True)
    judged_by = models.CharField(max_length=40, blank=True)
