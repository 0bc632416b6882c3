"""A keeper's earnings reach her bank: an account that is checked, a run that two people release."""

import re
import urllib.request
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.site import Site, wait_for
from tests.journeys.walking import BAO, OLGA, OSKAR, come_in, look_closely

pytestmark = pytest.mark.journey

_ASKED, _NUMBER = "12.34", "6222020200012345"


def test_two_operators_pay_a_keeper_out(site, visitor):
    bao, olga, oskar = visitor(), visitor(width=1280), visitor(width=1280)
    come_in(bao, site, "--phone", BAO)
    come_in(olga, site, "--phone", OLGA)
    come_in(oskar, site, "--phone", OSKAR)
    give_account(bao, site)
    prove_account(bao, olga, site)

    bao.get_by_label("Amount").fill(_ASKED)
    bao.get_by_role("button", name="Pay out", exact=True).click()
    expect(bao.get_by_text("Your payout is made.").first).to_be_visible()
    expect(bao.get_by_text("A payout is under way.")).to_be_visible()
    look_closely(bao)
    release(olga, oskar, site)

    wait_for(lambda: (_ASKED, "arrived") in transfers(site).values(), seconds=40)
    row = bao.locator(".payout-row").first
    reload_until(bao, row.get_by_text("Paid out", exact=True))
    row.get_by_text("What happened").click()
    expect(row).to_contain_text("At the bank")
    look_closely(bao)
    oskar.reload()
    oskar.locator("tbody a").first.click()
    expect(oskar.get_by_role("main")).to_contain_text("Taken in")
    look_closely(oskar)
    assert any(_ASKED in message for message in site.outbox())


def give_account(bao: Page, site: Site) -> None:
    """Bao says where his money goes."""
    bao.goto(f"{site.url}/keep/me")
    bao.get_by_role("link", name=re.compile("^Payouts")).click()
    expect(bao.get_by_text("Tell us first where the money should go.")).to_be_visible()
    bao.get_by_role("link", name="Name an account").click()
    look_closely(bao)
    bao.get_by_label("Account holder").fill("Bao")
    bao.get_by_label("Bank or wallet").fill("Harbour Bank")
    bao.get_by_label("Account number").fill(_NUMBER)
    bao.get_by_role("button", name="Save").click()
    expect(bao.get_by_text("Being checked")).to_be_visible()
    expect(bao.get_by_text("···· 2345")).to_be_visible()
    look_closely(bao)


def prove_account(bao: Page, olga: Page, site: Site) -> None:
    """Olga compares the name; Bao types the small sum that arrived, once wrongly."""
    known = transfers(site)
    olga.goto(f"{site.url}/desk/payouts/accounts")
    look_closely(olga)
    card = olga.locator(".payout-check", has_text=_NUMBER)
    card.get_by_role("button", name="It is the same person or company").click()
    expect(olga.get_by_text("The account is accepted.").first).to_be_visible()
    wait_for(lambda: len(transfers(site)) > len(known), seconds=40)
    small = next(iter(transfers(site).values()))[0]

    proof = bao.get_by_label("How much arrived?")
    reload_until(bao, proof)
    look_closely(bao)
    proof.fill("1.50")
    bao.get_by_role("button", name="Verify").click()
    expect(bao.get_by_text("That is not the sum we sent")).to_be_visible()
    proof.fill(small)
    bao.get_by_role("button", name="Verify").click()
    expect(bao.get_by_text("Your account is verified.").first).to_be_visible()


def release(olga: Page, oskar: Page, site: Site) -> None:
    """Olga puts what waits into a run and cannot release it; Oskar can."""
    olga.goto(f"{site.url}/desk/payouts")
    look_closely(olga)
    olga.get_by_role("button", name="Put together into a run").first.click()
    olga.get_by_role("region", name="Runs").get_by_role("link").first.click()
    expect(olga.get_by_text("You put it together")).to_be_visible()
    expect(olga.get_by_role("button", name="Release: send the money")).to_have_count(0)
    look_closely(olga)
    oskar.goto(olga.url)
    expect(oskar.get_by_role("main")).to_contain_text(_NUMBER)
    oskar.get_by_role("button", name="Release: send the money").click()
    expect(oskar.get_by_text("The run is released.").first).to_be_visible()


def reload_until(page: Page, wanted: Locator) -> None:
    """Looks again until the worker has brought something about."""
    for _ in range(30):
        page.reload()
        if wanted.count():
            break
        page.wait_for_timeout(500)
    expect(wanted.first).to_be_visible()


def transfers(site: Site) -> dict[str, tuple[str, str]]:
    """What the bank's own list says, newest first: number to sum and state."""
    port = (urlsplit(site.url).port or 0) + 1
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/test?lang=en") as answer:
        page = answer.read().decode()
    part = page.partition("Latest transfers")[2].partition("</section>")[0]
    rows = re.findall(r'"code">(\w+)</span><b>¥([\d.,]+)</b><small>([^<]*)', part)
    return {code: (amount, state) for code, amount, state in rows}
