"""Who somebody is: a pseudonym, her identities, and what is sealed for her in the vault."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from shoal.kit.ids import short_code, uuid7


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
