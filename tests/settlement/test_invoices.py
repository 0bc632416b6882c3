"""Whom statements are made out to: Mei by her own name, 海风 by its company's."""

from datetime import timedelta

import pytest

from shoal.kit.vault import erase
from shoal.settlement.invoices import (
    InvoiceData,
    InvoiceIncomplete,
    give_invoice_data,
    invoice_data,
)
from shoal.settlement.models_statements import InvoiceProfile
from shoal.settlement.parties import brand_party, shop_party
from tests import trade
from tests.trade import AT

pytestmark = pytest.mark.django_db

HAIFENG = InvoiceData("海风服饰有限公司", "91330100MA27XXXX1A", "杭州市 西湖区 1 号", "海风服饰")
LATER = AT + timedelta(days=40)


@pytest.fixture
def market():
    return trade.open_market()


def test_what_is_given_is_sealed_and_read_again(market):
    party = brand_party(market.brand)
    row = give_invoice_data(party=party, data=HAIFENG, by="owner", at=AT)
    assert row is not None
    assert "海风".encode() not in bytes(row.sealed)
    assert invoice_data(party=party) == HAIFENG
    assert invoice_data(party=shop_party(market.shop)) is None


def test_the_same_again_is_no_second_row(market):
    party = brand_party(market.brand)
    give_invoice_data(party=party, data=HAIFENG, by="owner", at=AT)
    assert give_invoice_data(party=party, data=HAIFENG, by="owner", at=LATER) is None
    assert InvoiceProfile.objects.count() == 1


def test_an_old_statement_keeps_the_name_of_its_time(market):
    party = shop_party(market.shop)
    give_invoice_data(party=party, data=InvoiceData("王美"), by="mei", at=AT)
    give_invoice_data(party=party, data=InvoiceData("王美 ", "330100"), by="mei", at=LATER)
    assert invoice_data(party=party, at=AT) == InvoiceData("王美")
    assert invoice_data(party=party) == InvoiceData("王美", "330100")
    # Nothing was known before the first one: better that name than none.
    assert invoice_data(party=party, at=AT - timedelta(days=1)) == InvoiceData("王美")


def test_without_a_legal_name_nothing_is_kept(market):
    with pytest.raises(InvoiceIncomplete):
        give_invoice_data(
            party=shop_party(market.shop), data=InvoiceData("  ", "330100"), by="mei", at=AT
        )
    assert not InvoiceProfile.objects.exists()


def test_who_was_erased_has_no_name_any_more(market):
    party = shop_party(market.shop)
    give_invoice_data(party=party, data=InvoiceData("王美"), by="mei", at=AT)
    erase(market.mei.id)
    assert invoice_data(party=party) is None
    assert InvoiceData("王美").headed == "王美"
