"""Statements as Mei, 海风 and Olga read them, and as the files they keep."""

import io
import re
from datetime import timedelta

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from shoal.brands.models import BrandMember
from shoal.kit.clock import now
from shoal.kit.money import Money
from shoal.orders.operations import complete_orders
from shoal.people.models import Operator
from shoal.people.operations import appoint_operator
from shoal.promotions.models import Promotion
from shoal.promotions.rules import Funder
from shoal.settlement.invoices import InvoiceData, give_invoice_data
from shoal.settlement.models_statements import Statement, StatementRun
from shoal.settlement.operations_payouts import ask_payout
from shoal.settlement.operations_statements import make_statements
from shoal.settlement.parties import brand_party, shop_party
from shoal.settlement.queries_statements import every_line
from tests import goods, payouts, trade
from tests.promotions.makers import lasting
from tests.trade import DAY

pytestmark = pytest.mark.django_db

OLD = timedelta(days=75)  # long enough ago for its month to be over


@pytest.fixture
def market():
    market = trade.open_market(stock=50)
    sold(market)
    make_statements(at=now())
    return market


def sold(market, quantity: int = 1):
    at = now() - OLD
    order = trade.order(market, quantity=quantity, at=at)
    trade.pay(order, at=at)
    trade.ship(order, at=at)
    trade.deliver(order, at=at)
    complete_orders(at=at + 8 * DAY)
    return order


def client_of(person, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person, backend="shoal.web.account.backend.PeopleBackend")
    session = client.session
    session["shoal_proof"] = "staff"
    session.save()
    return client


@pytest.fixture
def mei(market) -> Client:
    return client_of(market.mei)


@pytest.fixture
def owner(market) -> Client:
    return client_of(BrandMember.objects.get(brand=market.brand).person)


@pytest.fixture
def olga(market) -> Client:
    person = goods.person()
    appoint_operator(person=person, role=Operator.Role.MONEY, at=now())
    return client_of(person)


def statement(kind: str) -> Statement:
    return Statement.objects.get(account__kind=kind)


def text(client: Client, name: str, *args: str, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    page = response.content.decode()
    assert "style=" not in page
    return page


def content(client: Client, name: str, *args: str, **query: str) -> bytes:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    return b"".join(response.streaming_content)


def words_in(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def darkness(pdf: bytes) -> int:
    """How many dots of the first page's picture are ink."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=1).to_pil().convert("L")
        return sum(picture.histogram()[:100])
    finally:
        document.close()


def cells_in(xlsx: bytes) -> list[list[object]]:
    book = load_workbook(io.BytesIO(xlsx), read_only=True)
    rows = [[*row, *[None] * 8] for row in book.worksheets[0].iter_rows(values_only=True) if row]
    book.close()
    return rows


def test_a_keeper_reads_month_by_month(mei):
    code = statement("keeper_payable").code
    listed = text(mei, "keep:statements")
    assert reverse("keep:statement", args=[code]) in listed
    assert "¥20.00" in listed
    one = text(mei, "keep:statement", code)
    assert "Linen shirt" in one
    assert one.count("¥20.00") >= 3
    assert "Closing balance" in one
    assert "¥20.00" in text(mei, "keep:months")
    assert reverse("keep:statements") in text(mei, "keep:earnings")


def test_what_she_earned_stands_on_top_though_all_of_it_was_paid_out(market, settings):
    settings.SHOAL_PAYOUTS = "file"
    party, first = shop_party(market.shop), statement("keeper_payable")
    assert first.earned == first.change == Money(2_000, "CNY")
    sold(market)
    payouts.verified(party, at=now() - OLD)
    ask_payout(party=party, amount=None, by="mei", at=first.run.ends_at + DAY)
    make_statements(at=now() + 32 * DAY)
    second = Statement.objects.filter(account__kind="keeper_payable").order_by("id")[1]
    assert (second.earned.minor, second.change.minor, second.closing.minor) == (2_000, -2_000, 0)
    mei = client_of(market.mei)
    page = text(mei, "keep:statement", second.code)
    assert page.partition("Earned in this period")[2].index("¥20.00") < page.index("Opening")
    listed = text(mei, "keep:statements")
    assert len(re.findall(r"<strong>(?:<[^>]+>)?¥20\.00", listed)) == 2


def test_a_gift_is_not_called_sold(market):
    given = trade.standing_offer(market.brand)
    gift = Promotion.Kind.GIFT
    lasting(market, Funder.BRAND, gift, threshold=10_000, parts={given.code: 1})
    order = sold(market)
    assert order.lines.filter(gift_of__isnull=False).exists()
    make_statements(at=now() + 32 * DAY)
    newest = Statement.objects.filter(account__kind="brand_payable").order_by("-id")[0]
    lines = [(line.what, line.amount.minor) for line in every_line(statement=newest)]
    assert sorted(lines) == [("gift", 0), ("sold", 7_000)]
    owner = client_of(BrandMember.objects.get(brand=market.brand).person)
    assert "A gift" in text(owner, "supply:statement", newest.code)


def test_a_brand_reads_its_own_with_sales_by_rate(owner):
    code = statement("brand_payable").code
    assert "¥70.00" in text(owner, "supply:statement", code)
    month = Statement.objects.first().run.starts_at + DAY
    page = text(owner, "supply:months", month=f"{month:%Y-%m}")
    assert "Sales with tax" in page
    assert "¥100.00" in page
    assert reverse("supply:statements") in text(owner, "supply:money")


def test_the_operator_sees_the_ledger_beside_them(olga):
    assert StatementRun.objects.filter(finished_at=None).count() == 0
    run = statement("brand_payable").run
    assert run.code in text(olga, "desk:statements")
    page = text(olga, "desk:statement-run", run.code)
    assert page.count("The same") == 2
    assert "海风" in page
    assert "¥20.00" in text(olga, "desk:statement", statement("keeper_payable").code)
    month = f"{run.starts_at + DAY:%Y-%m}"
    page = text(olga, "desk:tax", month=month)
    assert "¥70.00" in page
    assert text(olga, "desk:tax", month="nonsense", currency="?") is not None


def test_nobody_has_one_yet(client):
    market = trade.open_market()
    client = client_of(market.mei)
    assert "No statement yet" in text(client, "keep:statements")
    assert "Nothing moved" in text(client, "keep:months")


def test_anothers_statement_is_not_found(mei, owner):
    brands, meis = statement("brand_payable").code, statement("keeper_payable").code
    for name in ("statement", "statement-pdf", "statement-xlsx"):
        assert mei.get(reverse(f"keep:{name}", args=[brands])).status_code == 404
        assert owner.get(reverse(f"supply:{name}", args=[meis])).status_code == 404


def test_a_pdf_has_its_chinese_letters_in_it(market, owner):
    give_invoice_data(
        party=brand_party(market.brand),
        data=InvoiceData("海风服饰有限公司", "91330100MA27", "杭州市西湖区 1 号"),
        by="owner",
        at=now(),
    )
    owner = client_of(BrandMember.objects.get(brand=market.brand).person, "zh-hans")
    pdf = content(owner, "supply:statement-pdf", statement("brand_payable").code)
    words = words_in(pdf)
    assert "海风服饰有限公司" in words
    assert "亚麻衬衫" in words
    assert "¥70.00" in words
    # Embedded, not left to the reader's machine: the letters are drawn wherever it is opened.
    assert b"/FontFile2" in pdf
    assert darkness(pdf) > 300


def test_a_sheet_adds_up_and_runs_no_formula(market, owner):
    market.brand.names = {"zh": "=HYPERLINK(1)", "en": "=HYPERLINK(1)"}
    market.brand.save()
    rows = cells_in(content(owner, "supply:statement-xlsx", statement("brand_payable").code))
    by_label = {row[0]: row[1] for row in rows if row[0]}
    assert by_label["Whose"].startswith("'=HYPERLINK")
    header = next(place for place, row in enumerate(rows) if "Amount" in row)
    amounts = [row[6] for row in rows[header + 1 :] if row[0] and isinstance(row[6], int | float)]
    assert sum(amounts) == 70
    assert by_label["Closing balance"] == 70


def test_the_tax_sheets_have_a_row_per_month_and_per_party(market, mei, olga):
    rows = cells_in(content(mei, "keep:months-sheet"))
    assert sum(1 for row in rows if re.fullmatch(r"\d{4}-\d\d", str(row[0]))) == 12
    month = f"{statement('keeper_payable').run.starts_at + DAY:%Y-%m}"
    rows = cells_in(content(olga, "desk:tax-sheet", month=month, of="keepers"))
    assert [row[2] for row in rows if row[0] == market.shop.code] == [20]


def test_she_gives_her_invoice_data_and_it_stands_on_the_statement(mei):
    url = reverse("keep:invoice")
    assert mei.get(url).status_code == 200
    assert mei.post(url, {"legal_name": " ", "tax_number": "1"}).status_code == 422
    assert mei.post(url, {"legal_name": "王美", "tax_number": "330100"}).status_code == 302
    assert "王美" in text(mei, "keep:invoice")
    assert "王美" in text(mei, "keep:statement", statement("keeper_payable").code)


def test_months_and_kinds_in_both_languages():
    from shoal.web.statements.words import what_words

    with translation.override("en"):
        assert what_words("payout") == "Paid out"
        assert what_words("something new") == "something new"
