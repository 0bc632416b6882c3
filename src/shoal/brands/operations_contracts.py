"""A brand's contract: offered in versions, signed by its owner."""

from collections.abc import Mapping
from datetime import datetime

from shoal.brands.models import Brand, Contract
from shoal.brands.rules import fees_make_sense
from shoal.brands.steps import WrongBrandState, change_state, lock_brand, need_reason
from shoal.kit.errors import NotFound, Refused
from shoal.kit.transactions import operation


class FeesUnclear(Refused):
    """Each fee is a rate from 0 to 100%, and one must be named for all other categories."""

    code = "fees_unclear"


class DepositUnclear(Refused):
    """A deposit cannot be less than nothing."""

    code = "deposit_unclear"


class ContractReplaced(Refused):
    """A newer version of this contract was offered. Please read that one."""

    code = "contract_replaced"


class ContractSigned(Refused):
    """This contract is already signed."""

    code = "contract_signed"


class GuaranteeMissing(Refused):
    """The contract asks for a guarantee that all goods are genuine. Please confirm it."""

    code = "guarantee_missing"


@operation
def offer_contract(
    *,
    brand: Brand,
    fees: Mapping[str, int],
    deposit_minor: int,
    terms: str,
    by: str,
    at: datetime,
    guarantees_authenticity: bool = True,
) -> Contract:
    """This will offer the brand a contract as the next version; the signed one holds until then.

    `fees` is category code to the least fee in basis points of the sale price, "" for the rest;
    the deposit is in minor units of the brand's currency. Raises FeesUnclear, DepositUnclear, or
    WrongBrandState before the brand is vetted.
    """
    locked = lock_brand(brand.id)
    if locked.state not in {Brand.State.VETTED, Brand.State.ACTIVE, Brand.State.SUSPENDED}:
        raise WrongBrandState(state=locked.get_state_display())
    if not fees_make_sense(fees):
        raise FeesUnclear
    if deposit_minor < 0:
        raise DepositUnclear
    last = Contract.objects.filter(brand=locked).order_by("-version").first()
    return Contract.objects.create(
        brand=locked,
        version=last.version + 1 if last else 1,
        fees=dict(fees),
        deposit_minor=deposit_minor,
        guarantees_authenticity=guarantees_authenticity,
        terms=need_reason(terms),
        offered_at=at,
        offered_by=by,
    )


@operation
def sign_contract(
    *, brand: Brand, version: int, confirms_guarantee: bool, by: str, at: datetime
) -> Contract:
    """This will sign the newest version for the brand; a vetted brand becomes active by it.

    Raises ContractReplaced, ContractSigned or GuaranteeMissing.
    """
    locked = lock_brand(brand.id)
    contract = Contract.objects.filter(brand=locked).order_by("-version").first()
    if contract is None:
        raise NotFound
    if contract.version != version:
        raise ContractReplaced
    if contract.signed_at is not None:
        raise ContractSigned
    if contract.guarantees_authenticity and not confirms_guarantee:
        raise GuaranteeMissing
    if locked.state not in {Brand.State.VETTED, Brand.State.ACTIVE, Brand.State.SUSPENDED}:
        raise WrongBrandState(state=locked.get_state_display())
    contract.signed_at, contract.signed_by = at, by
    contract.save(update_fields=["signed_at", "signed_by"])
    if locked.state == Brand.State.VETTED:
        change_state(brand=locked, state=Brand.State.ACTIVE, reason="", by=by, at=at)
    return contract
