"""Alipay for tests, written from its documents: signed words in, signed answers and notices out."""

import base64
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from shoal.payments import providers
from tests.partners.server import Answer, Asked, Server

APP = "2021000122671234"
_BEIJING = ZoneInfo("Asia/Shanghai")
_GOOD = {"code": "10000", "msg": "Success"}


class AlipayPartner:
    """What stands at openapi.alipay.com."""

    def __init__(self) -> None:
        self.own_key = rsa.generate_private_key(65537, 2048)
        self.app_key = rsa.generate_private_key(65537, 2048)
        self.server = Server(self.answer)
        self.url = self.server.url
        self.forget()

    def forget(self) -> None:
        self.trades: dict[str, dict[str, str]] = {}
        self.notify_urls: dict[str, str] = {}
        self.refunds: dict[str, dict[str, str]] = {}
        self.bills: dict[str, bytes] = {}
        self.refuses_refunds = ""
        self.forgets_to_sign = False
        self.signs_with = self.own_key
        self.server.good_manners()

    # What happens at the partner ------------------------------------------------------------------

    def pay(self, page: str, *, amount: str = "") -> dict[str, str]:
        """The payer opens the page that she was sent to, and pays."""
        words = dict(parse_qsl(urlsplit(page).query))
        assert self.is_signed(words), "the page's address is not signed"
        wish = json.loads(words["biz_content"])
        trade = {
            "trade_no": f"20260601220014{len(self.trades):014}",
            "out_trade_no": wish["out_trade_no"],
            "total_amount": amount or wish["total_amount"],
            "trade_status": "TRADE_SUCCESS",
            "send_pay_date": "2026-06-01 20:00:30",
            "buyer_logon_id": "159****5620",
        }
        self.trades[wish["out_trade_no"]] = trade
        self.notify_urls[wish["out_trade_no"]] = words["notify_url"]
        return trade

    # What it tells on its own accord --------------------------------------------------------------

    def notice_of_payment(self, code: str, **changes: str) -> bytes:
        trade = self.trades[code]
        return self.notice(
            {
                "trade_no": trade["trade_no"],
                "out_trade_no": code,
                "trade_status": trade["trade_status"],
                "total_amount": trade["total_amount"],
                "receipt_amount": trade["total_amount"],
                "gmt_create": "2026-06-01 20:00:01",
                "gmt_payment": "2026-06-01 20:00:30",
                "subject": "美的小店 & 海风",
            }
            | changes
        )

    def notice_of_refund(self, code: str, **changes: str) -> bytes:
        """What Alipay says of a refund: the sum of all so far, and our number of this one."""
        refund = self.refunds[code]
        trade = self.trades[refund["out_trade_no"]]
        mine = [
            one for one in self.refunds.values() if one["out_trade_no"] == trade["out_trade_no"]
        ]
        total = sum(float(one["refund_amount"]) for one in mine)
        return self.notice(
            {
                "trade_no": trade["trade_no"],
                "out_trade_no": trade["out_trade_no"],
                "out_biz_no": code,
                "trade_status": trade["trade_status"],
                "total_amount": trade["total_amount"],
                "refund_fee": f"{total:.2f}",
                "gmt_payment": "2026-06-01 20:00:30",
                "gmt_refund": "2026-06-02 09:00:00.123",
            }
            | changes
        )

    def notice(self, told: Mapping[str, str]) -> bytes:
        words = {
            "app_id": APP,
            "notify_id": "2026060100222200030012345678901234",
            "notify_type": "trade_status_sync",
            "notify_time": datetime.now(_BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "charset": "utf-8",
            "version": "1.0",
            "passback_params": "",
            **told,
        }
        signature = self.sign(_message(words))
        return urlencode({**words, "sign_type": "RSA2", "sign": signature}).encode()

    def sign(self, message: bytes) -> str:
        return base64.b64encode(
            self.signs_with.sign(message, padding.PKCS1v15(), SHA256())
        ).decode()

    def is_signed(self, words: Mapping[str, str]) -> bool:
        given = {name: text for name, text in words.items() if name != "sign"}
        try:
            self.app_key.public_key().verify(
                base64.b64decode(words["sign"]), _message(given), padding.PKCS1v15(), SHA256()
            )
        except (InvalidSignature, KeyError):
            return False
        return words["app_id"] == APP and words["sign_type"] == "RSA2"

    # What it answers ------------------------------------------------------------------------------

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/bill.zip":
            return Answer(body=self.bills[asked.query["day"]])
        if asked.method == "GET":
            return Answer(body=b"<h1>Alipay</h1>", headers={"Content-Type": "text/html"})
        words = dict(parse_qsl(asked.body.decode()))
        if not self.is_signed(words):
            told = {
                "code": "40002",
                "msg": "Invalid Arguments",
                "sub_code": "isv.invalid-signature",
            }
            return Answer(body=json.dumps({"error_response": told}).encode())
        method = words["method"]
        wish = json.loads(words["biz_content"])
        told = {
            "alipay.trade.query": self._query,
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._query_refund,
            "alipay.data.dataservice.bill.downloadurl.query": self._bill,
        }[method](wish)
        # The signature is over these very characters: a slash may come with a backslash before it.
        text = json.dumps(told, ensure_ascii=False).replace("/", "\\/")
        node = f"{method.replace('.', '_')}_response"
        sign = "" if self.forgets_to_sign else f',"sign":"{self.sign(text.encode())}"'
        return Answer(
            body=f'{{"{node}":{text}{sign}}}'.encode(),
            headers={"Content-Type": "application/json;charset=utf-8"},
        )

    def _query(self, wish: dict[str, Any]) -> dict[str, str]:
        trade = self.trades.get(wish["out_trade_no"])
        return _GOOD | trade if trade else _no("ACQ.TRADE_NOT_EXIST", "交易不存在")

    def _refund(self, wish: dict[str, Any]) -> dict[str, str]:
        if self.refuses_refunds:
            return _no(self.refuses_refunds, "卖家余额不足")
        trade = self.trades.get(wish["out_trade_no"])
        if trade is None:
            return _no("ACQ.TRADE_NOT_EXIST", "交易不存在")
        code, again = wish["out_request_no"], wish["out_request_no"] in self.refunds
        if not again:
            self.refunds[code] = {
                "trade_no": trade["trade_no"],
                "out_trade_no": wish["out_trade_no"],
                "out_request_no": code,
                "total_amount": trade["total_amount"],
                "refund_amount": wish["refund_amount"],
                "refund_status": "REFUND_SUCCESS",
                "gmt_refund_pay": "2026-06-02 09:00:00",
            }
        sums = sum(float(one["refund_amount"]) for one in self.refunds.values())
        if f"{sums:.2f}" == trade["total_amount"]:
            trade["trade_status"] = "TRADE_CLOSED"
        return _GOOD | {
            "trade_no": trade["trade_no"],
            "out_trade_no": wish["out_trade_no"],
            "fund_change": "N" if again else "Y",
            "refund_fee": f"{sums:.2f}",
        }

    def _query_refund(self, wish: dict[str, Any]) -> dict[str, str]:
        # One that it does not know is a good answer, too: with nothing in it.
        return _GOOD | self.refunds.get(wish["out_request_no"], {})

    def _bill(self, wish: dict[str, Any]) -> dict[str, str]:
        day = wish["bill_date"]
        if day not in self.bills:
            return _no("isp.bill_not_exist", "入参bill_date的账单不存在")
        return _GOOD | {"bill_download_url": f"{self.url}/bill.zip?day={day}"}


def bill(*rows: tuple[str, ...]) -> bytes:
    """A trade bill as Alipay packs it, from the columns that differ.

    Each row: trade, our order, kind, finished, amount, our refund, service fee.
    """
    head = (
        "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
        "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,"
        "券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
    )
    lines = ["#支付宝业务明细查询", "#账号：[20880000000000000156]", head]
    for trade, order, kind, at, amount, refund, fee in rows:
        cells = [
            f"{trade}\t", f"{order}\t", kind, '"茶, 春天的"', "2026-06-01 20:00:00", at, "", "", "",
            "", "buy***@example.com", amount, amount, *["0.00"] * 5, "", "0.00", "0.00",
            f"{refund}\t" if refund else "", fee, "0.00", "",
        ]  # fmt: skip
        lines.append(",".join(cells))
    lines += ["#-----业务明细列表结束-----", "#交易合计：1笔"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        sums = "#支付宝业务汇总查询\r\n门店编号,门店名称,交易订单总笔数\r\n"
        archive.writestr("20880156_20260601_业务明细(汇总).csv", sums.encode("gbk"))
        archive.writestr("20880156_20260601_业务明细.csv", "\r\n".join(lines).encode("gbk"))
    return packed.getvalue()


def _no(problem: str, words: str) -> dict[str, str]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": problem, "sub_msg": words}


def _message(words: Mapping[str, str]) -> bytes:
    return "&".join(f"{name}={words[name]}" for name in sorted(words) if words[name]).encode()


def bare(key: rsa.RSAPrivateKey) -> str:
    """A private key as Alipay's own tool hands it out: Base64 and nothing else."""
    return base64.b64encode(
        key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    ).decode()


def bare_public(key: rsa.RSAPrivateKey) -> str:
    return base64.b64encode(
        key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).decode()


@pytest.fixture(scope="session")
def zhifubao() -> Iterator[AlipayPartner]:
    """One server for the whole run."""
    partner = AlipayPartner()
    yield partner
    partner.server.stop()


@pytest.fixture
def alipay(zhifubao: AlipayPartner, settings: Any, tmp_path: Any) -> Iterator[AlipayPartner]:
    """The partner, of good manners and with nothing in mind, as the settings name it."""
    zhifubao.forget()
    key_file = tmp_path / "alipay_public_key.txt"
    key_file.write_text(bare_public(zhifubao.own_key), encoding="ascii")
    settings.SHOAL_PAY = "alipay"
    settings.SHOAL_ALIPAY_URL = zhifubao.url
    settings.SHOAL_ALIPAY_APP_ID = APP
    settings.SHOAL_ALIPAY_PRIVATE_KEY = bare(zhifubao.app_key)
    settings.SHOAL_ALIPAY_PUBLIC_KEY_FILE = str(key_file)
    providers.provider.cache_clear()
    yield zhifubao
    providers.provider.cache_clear()
