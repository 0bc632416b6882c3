"""Who somebody is: a pseudonym, her identities, and what is sealed for her in the vault."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from shoal.kit.ids import short_code, uuid7
from shoal.kit.texts import in_language


class People(BaseUserManager["Person"]):
    """What Django's session and allauth ask for; people are made by `operations`."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(code=username)


class Person(AbstractBaseUser):
    """A pseudonym. Everything that tells who it is stands in `sealed`, or in sealed rows."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    language = models.CharField(max_length=8, default="zh-hans")
    sealed = models.BinaryField(default=bytes, help_text="vault: name, phone, e-mail")
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "code"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = People()

    def __str__(self) -> str:
        return self.code


class Identity(models.Model):
    """One way a person is known: a proved phone, an e-mail, a WeChat openid."""

    class Kind(models.TextChoices):
        PHONE = "phone"
        EMAIL = "email"
        WECHAT = "wechat"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=10, choices=Kind)
    blind_index = models.BinaryField(max_length=32)
    proved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "blind_index"], name="one_person_per_identity"),
        ]


class Session(AbstractBaseSession):
    """What a browser's cookie stands for: Django's own, and whose it is."""

    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="sessions")

    class Meta(AbstractBaseSession.Meta):
        abstract = False


class Address(models.Model):
    """Where a person's parcels go; recipient, phone and street are sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    person = models.ForeignKey(Person, models.CASCADE, related_name="addresses")
    region = models.CharField(max_length=12, help_text="administrative code, for freight")
    sealed = models.BinaryField(
        help_text="vault: recipient, phone, province, city, district, street"
    )
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(is_default=True, removed_at=None),
                name="one_default_address",
            ),
        ]


class Operator(models.Model):
    """A person's role at the platform."""

    class Role(models.TextChoices):
        ADMIN = "admin"
        VETTING = "vetting"
        MONEY = "money"
        CARE = "care"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="operator_roles")
    role = models.CharField(max_length=10, choices=Role)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "role"],
                condition=models.Q(until_at=None),
                name="one_operator_role",
            ),
        ]


class OneTimeCode(models.Model):
    """A code sent to a phone, as a keyed hash. Only the newest of a phone counts, and only once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    phone_index = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["phone_index", "-sent_at"], name="code_phone")]


class Tally(models.Model):
    """How often something was done in one stretch of time: what limits count on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20)
    subject = models.BinaryField(max_length=32, help_text="blind index of a phone, network, …")
    since_at = models.DateTimeField()
    until_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject", "since_at", "until_at"], name="one_tally"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["until_at"], name="tally_until")]


class Terms(models.Model):
    """Fact: one version of the terms of use, as everybody could read it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.PositiveIntegerField(unique=True)
    texts = models.JSONField(help_text="language to text")
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=40)

    @property
    def text(self) -> str:
        """The text in the reader's language: sections apart by a blank line, a heading first."""
        return in_language(self.texts, "zh")

    @property
    def parts(self) -> list[tuple[str, str]]:
        """Each section's heading and text."""
        sections = (section.partition("\n") for section in self.text.strip().split("\n\n"))
        return [(heading, text) for heading, _, text in sections]


class TermsAcceptance(models.Model):
    """Fact: a person accepted a version of the terms."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="acceptances", db_index=False)
    terms = models.ForeignKey(Terms, models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "terms"], name="one_acceptance"),
        ]


class LoginLink(models.Model):
    """A link that signs one person in, once and soon; minted by who holds the installation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True, help_text="SHA-256 of the token")
    minted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Invitation(models.Model):
    """An open door to one role: at the platform, a brand or a shop. Mailed, single use.

    A supplier's opens an account and no place: with it she applies with a brand of her own.
    """

    class Place(models.TextChoices):
        PLATFORM = "platform"
        BRAND = "brand"
        SHOP = "shop"
        SUPPLIER = "supplier"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    digest = models.BinaryField(max_length=32, unique=True, help_text="SHA-256 of the token")
    place = models.CharField(max_length=10, choices=Place)
    subject = models.UUIDField(null=True, help_text="the brand's or the shop's id")
    role = models.CharField(max_length=12)
    # Until somebody accepts there is no person to seal for: the key is the invitation's own.
    sealed = models.BinaryField(help_text="vault of this invitation: e-mail")
    email_index = models.BinaryField(max_length=32)
    invited_by = models.CharField(max_length=40)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(place__in=["platform", "supplier"], subject=None)
                | models.Q(place__in=["brand", "shop"], subject__isnull=False),
                name="invitation_subject",
            ),
            models.UniqueConstraint(
                fields=["place", "subject", "role", "email_index"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation",
                nulls_distinct=False,
            ),
        ]
