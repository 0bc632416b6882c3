"""Who is owed money: a shop's keeper or a brand, seen as one kind of thing."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext, override

from shoal.brands.models import Brand, BrandMember
from shoal.brands.queries import brand_members
from shoal.kit import vault
from shoal.kit.errors import NotFound
from shoal.kit.locks import lock_row
from shoal.kit.transactions import step
from shoal.ledger.models import Account, Balance
from shoal.notify.providers import NoMail, NoTexts
from shoal.notify.steps import send_mail, send_text
from shoal.people.models import Person
from shoal.people.queries import names_of, profile
from shoal.settlement.models_payouts import PartyKind
from shoal.shops.models import Shop
from shoal.shops.queries import keepers_of


@dataclass(frozen=True, slots=True)
class Party:
    """A shop or a brand as somebody who is paid."""

    kind: PartyKind
    id: UUID
    name: str
    code: str
    currency: str
    suspended: bool = False

    @property
    def ledger(self) -> Account.Kind:
        """The kind of account in which what she earned stands."""
        return Account.Kind.KEEPER if self.kind == PartyKind.KEEPER else Account.Kind.BRAND


def shop_party(shop: Shop) -> Party:
    """This will return a shop as a party."""
    stopped = shop.state == Shop.State.SUSPENDED
    return Party(PartyKind.KEEPER, shop.id, shop.name, shop.code, shop.currency, stopped)


def brand_party(brand: Brand) -> Party:
    """This will return a brand as a party; one that is not active counts as suspended."""
    stopped = brand.state != Brand.State.ACTIVE
    return Party(PartyKind.BRAND, brand.id, brand.name, brand.code, brand.currency, stopped)


def parties(*, wanted: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], Party]:
    """This will return the parties named by (kind, id), by that pair."""
    pairs = set(wanted)
    shops = Shop.objects.filter(id__in=[key for kind, key in pairs if kind == PartyKind.KEEPER])
    brands = Brand.objects.filter(id__in=[key for kind, key in pairs if kind == PartyKind.BRAND])
    found = [shop_party(shop) for shop in shops] + [brand_party(brand) for brand in brands]
    return {(str(party.kind), party.id): party for party in found}


def party_by_id(*, kind: str, party: UUID) -> Party:
    """This will return one party, or raise NotFound."""
    found = parties(wanted=[(kind, party)]).get((kind, party))
    if found is None:
        raise NotFound
    return found


def party_by_code(*, kind: str, code: str) -> Party:
    """This will return one party by its short code, or raise NotFound."""
    shop = Shop.objects.filter(code=code).first() if kind == PartyKind.KEEPER else None
    brand = Brand.objects.filter(code=code).first() if kind == PartyKind.BRAND else None
    if shop is not None:
        return shop_party(shop)
    if brand is None:
        raise NotFound
    return brand_party(brand)


def currencies_of(*, party: Party) -> list[str]:
    """This will list the currencies in which a party has money or owes some, her own first."""
    rows = Balance.objects.filter(account__kind=party.ledger, account__party=party.id)
    found = rows.exclude(credits=F("debits")).values_list("account__currency", flat=True)
    return [party.currency, *sorted(set(found) - {party.currency})]


def in_currency(party: Party, currency: str) -> Party:
    """This will return a party as somebody who is paid in `currency`; amounts never convert."""
    return replace(party, currency=currency)


@step
def lock_party(*, party: Party) -> None:
    """This will lock a party's own row: accounts and holds of one party come one by one."""
    if party.kind == PartyKind.KEEPER:
        lock_row(Shop, party.id)
    else:
        lock_row(Brand, party.id)


def vault_key(*, party: Party) -> UUID:
    """This will return whose key a party's account is sealed under, made where it is missing.

    A shop's is its keeper's, so that it goes with her; a brand is a company and has its own.
    """
    if party.kind == PartyKind.KEEPER:
        keeper = keepers_of(shops=[party.id]).get(party.id)
        if keeper is None:
            raise NotFound
        return keeper
    vault.make_keys([party.id])
    return party.id


def real_name(*, party: Party) -> str:
    """This will return the name on a party's papers: the keeper's own, or the brand's."""
    if party.kind == PartyKind.BRAND:
        return party.name
    keeper = keepers_of(shops=[party.id]).get(party.id)
    return names_of([keeper])[keeper] if keeper else ""


@step
def tell(*, party: Party, subject: str, text: str, at: datetime, **facts: str) -> None:
    """This will send a party a message: a text to a keeper, a mail to a brand's money people.

    Who of these has named no address has a text.

    `subject` and `text` are msgids; each reader has them in her language, `facts` filled in.
    """
    for person in _readers(party):
        reached = profile(person)
        with override(person.language):
            heading, body = gettext(subject), gettext(text).format(**facts)
        # Money does not wait for a message that this installation cannot send yet.
        with suppress(NoTexts, NoMail):
            mailed = reached.email and (party.kind == PartyKind.BRAND or not reached.phone)
            if mailed:
                send_mail(to=reached.email, subject=heading, body=body, at=at)
            elif reached.phone:
                send_text(to=reached.phone, text=body, at=at)


def _readers(party: Party) -> list[Person]:
    if party.kind == PartyKind.KEEPER:
        ids = keepers_of(shops=[party.id]).values()
        return list(Person.objects.filter(id__in=ids, is_active=True))
    brand = Brand.objects.get(id=party.id)
    roles = {BrandMember.Role.OWNER, BrandMember.Role.MONEY}
    return [row.person for row in brand_members(brand=brand) if row.role in roles]
