"""The partner's pages: where the payer confirms, and where a tester makes trouble."""

import sqlite3
from dataclasses import dataclass
from html import escape
from pathlib import Path

from shoal.sandbox_pay.bank import latest_transfers
from shoal.sandbox_pay.store import MANNERS, manners
from shoal.sandbox_pay.words import EN, ZH, amount_text, say

STYLE = (Path(__file__).parent / "style.css").read_bytes()

_LONG_AMOUNT = 11  # more characters than fit beside each other at full size on a small phone

# A quiet harbour: two waves and a light.
_MARK = (
    '<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">'
    '<rect width="32" height="32" rx="9" fill="currentColor"/>'
    '<circle cx="22" cy="10" r="3" fill="#ffd9a0"/>'
    '<path d="M5 18c3-3 6-3 9 0s6 3 9 0 3-2 4-2" fill="none" stroke="#fff" stroke-width="2.4"'
    ' stroke-linecap="round"/>'
    '<path d="M5 24c3-3 6-3 9 0s6 3 9 0 3-2 4-2" fill="none" stroke="#fff" stroke-opacity=".6"'
    ' stroke-width="2.4" stroke-linecap="round"/></svg>'
)
_WALLET = (
    '<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path fill="none"'
    ' stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"'
    ' d="M4 7.5A2.5 2.5 0 0 1 6.5 5H17v3M4 7.5V17a2.5 2.5 0 0 0 2.5 2.5H20V8H6.5"/>'
    '<circle cx="16.5" cy="13.75" r="1.4" fill="currentColor"/></svg>'
)
_TICK = (
    '<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path fill="none"'
    ' stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"'
    ' d="m5 12.5 4.5 4.5L19 7.5"/></svg>'
)


@dataclass(frozen=True, slots=True)
class Page:
    """What is the same on each page: language, its own address, the merchant's name."""

    language: str
    path: str
    merchant: str

    def say(self, word: str) -> str:
        """This will return a text, ready for HTML."""
        return escape(say(word, self.language))

    def html(self, title: str, main: str) -> str:
        """This will wrap `main` into a whole page."""
        other = EN if self.language == ZH else ZH
        lang = "zh-Hans" if self.language == ZH else "en"
        other_lang = "en" if self.language == ZH else "zh-Hans"
        return (
            f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="robots" content="noindex"><meta name="color-scheme" content="light dark">'
            f"<title>{title} · {self.say('brand')}</title>"
            '<link rel="stylesheet" href="/style.css"></head><body>'
            f'<header>{_MARK}<span class="brand">{self.say("brand")}</span>'
            f'<a class="language" lang="{other_lang}" hreflang="{other_lang}"'
            f' href="{escape(self.path)}?lang={other}">'
            f"{self.say('other_language')}</a></header>"
            f"<main>{main}</main>"
            f'<footer class="sandbox">{self.say("sandbox")}</footer></body></html>'
        )


def pay_page(page: Page, payment: sqlite3.Row) -> str:
    """This will render the page on which the payer confirms."""
    amount = escape(amount_text(payment["amount"], payment["currency"]))
    size = "amount long" if len(amount) > _LONG_AMOUNT else "amount"
    title = payment["title"]
    about = f"<div><dt>{page.say('order')}</dt><dd>{escape(title)}</dd></div>" if title else ""
    return page.html(
        page.say("pay"),
        f'<section class="card"><p class="to">{page.say("pay_to")}</p>'
        f'<h1 class="merchant">{escape(page.merchant)}</h1>'
        f'<p class="{size}">{amount}</p>'
        f'<dl class="facts">{about}'
        f'<div><dt>{page.say("number")}</dt><dd class="code">{escape(payment["code"])}</dd></div>'
        "</dl></section>"
        f'<section class="card method"><h2>{page.say("method")}</h2>'
        f'<p class="wallet">{_WALLET}<span><b>{page.say("wallet")}</b>'
        f"<small>{page.say('wallet_note')}</small></span><span class='tick'>{_TICK}</span></p>"
        "</section>"
        f'<form method="post" action="{escape(page.path)}?lang={page.language}">'
        f'<p class="safe">{page.say("safe")}</p>'
        f'<button class="pay" name="choice" value="pay">{page.say("pay")} {amount}</button>'
        f'<button class="cancel" name="choice" value="cancel">{page.say("cancel")}</button></form>',
    )


def end_page(page: Page, word: str, back: str = "") -> str:
    """This will render a page on which nothing is left to do: `paid`, `over` or `lost`."""
    link = f'<a class="pay" href="{escape(back)}">{page.say("back")}</a>' if back else ""
    tick = f'<span class="big-tick">{_TICK}</span>' if word == "paid" else ""
    return page.html(
        page.say(f"{word}_title"),
        f'<section class="card end">{tick}<h1>{page.say(f"{word}_title")}</h1>'
        f"<p>{page.say(f'{word}_text')}</p></section>{link}",
    )


def test_page(page: Page, connection: sqlite3.Connection) -> str:
    """This will render the page on which a tester makes the partner misbehave."""
    now = manners(connection)
    fields = "".join(
        f'<label>{page.say(name)}<select name="{name}">'
        + "".join(
            f'<option value="{choice}"{" selected" if now[name] == choice else ""}>'
            f"{page.say(choice)}</option>"
            for choice in choices
        )
        + "</select></label>"
        for name, choices in MANNERS.items()
    )
    action = f"?lang={page.language}"
    return page.html(
        page.say("test_title"),
        f'<section class="card"><h1>{page.say("test_title")}</h1><p>{page.say("test_text")}</p>'
        f'<form class="manners" method="post" action="/test{action}">{fields}'
        f'<button class="pay">{page.say("save")}</button></form>'
        f'<form method="post" action="/test/release{action}">'
        f'<button class="cancel">{page.say("release")}</button></form>'
        f'<form method="post" action="/test/finish{action}">'
        f'<button class="cancel">{page.say("finish")}</button></form>'
        f'<form method="post" action="/test/age{action}">'
        f'<button class="cancel">{page.say("age")}</button></form></section>'
        f"{_payments(page, connection)}{_transfers(page, connection)}{_notices(page, connection)}",
    )


def _payments(page: Page, connection: sqlite3.Connection) -> str:
    rows = connection.execute(
        "SELECT *, (SELECT sum(amount) FROM refund WHERE payment = payment.code"
        " AND state = 'done') AS back FROM payment ORDER BY rowid DESC LIMIT 10"
    ).fetchall()
    items = "".join(
        f'<li><span class="code">{escape(row["code"])}</span>'
        f"<b>{escape(amount_text(row['amount'], row['currency']))}</b>"
        f"<small>{page.say(row['state'])}{_given_back(page, row)}</small></li>"
        for row in rows
    )
    return _list(page, "payments", items)


def _transfers(page: Page, connection: sqlite3.Connection) -> str:
    items = "".join(
        f'<li><span class="code">{escape(row["code"])}</span>'
        f"<b>{escape(amount_text(row['amount'], row['currency']))}</b>"
        f"<small>{page.say('transfer_' + row['state'])}</small></li>"
        for row in latest_transfers(connection)
    )
    return _list(page, "transfers_now", items)


def _given_back(page: Page, row: sqlite3.Row) -> str:
    if row["back"] is None:
        return ""
    return f" · {page.say('given_back')} {escape(amount_text(row['back'], row['currency']))}"


def _notices(page: Page, connection: sqlite3.Connection) -> str:
    rows = connection.execute("SELECT * FROM notice ORDER BY id DESC LIMIT 20").fetchall()
    items = "".join(
        f'<li><span class="code">#{row["id"]} {escape(row["manner"])}</span>'
        f"<b>{escape(row['answer']) or page.say('unanswered')}</b>"
        f"<small>{row['tries']} {page.say('tries')}</small></li>"
        for row in rows
    )
    return _list(page, "queue", items)


def _list(page: Page, heading: str, items: str) -> str:
    body = f"<ul>{items}</ul>" if items else f"<p>{page.say('nothing')}</p>"
    return f'<section class="card list"><h2>{page.say(heading)}</h2>{body}</section>'
