"""WeChat and WeChat Pay for tests, written from their documents and from nothing of ours.

It checks our signatures as the documents say, signs with its own key, seals what it tells under the
APIv3 key, and remembers what was asked of it.
"""

import base64
import gzip
import hashlib
import json
import re
import secrets
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from shoal.payments import providers
from tests.partners.server import Answer, Asked, Server

MERCHANT, APP, SECRET = "1900000109", "wxd678efh567hg6787", "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
API_KEY = "Sh0alTestsKeepThisKeyInTheOpen32"
SERIAL = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
KEY_ID = "PUB_KEY_ID_0119000001092026060100000000001000"
PAID_AT = "2026-06-01T20:00:30+08:00"
_AUTHORIZATION = re.compile(
    r'WECHATPAY2-SHA256-RSA2048 mchid="(?P<mchid>\d+)",nonce_str="(?P<nonce>\w+)",'
    r'signature="(?P<signature>[^"]+)",timestamp="(?P<stamp>\d+)",serial_no="(?P<serial>\w+)"'
)


class WeChatPartner:
    """What stands at api.mch.weixin.qq.com, open.weixin.qq.com and api.weixin.qq.com."""

    def __init__(self) -> None:
        self.own_key = rsa.generate_private_key(65537, 2048)
        self.merchant_key = rsa.generate_private_key(65537, 2048)
        self.server = Server(self.answer)
        self.url = self.server.url
        self.forget()

    def forget(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.bills: dict[str, str] = {}
        self.openids: dict[str, str] = {}
        self.refunds_wait = False
        self.signs_with = self.own_key
        self.sent_bill: bytes | None = None
        self.server.good_manners()

    # What happens at the partner ------------------------------------------------------------------

    def pay(self, code: str, *, total: int | None = None) -> dict[str, Any]:
        """The payer pays; returns the transaction."""
        order = self.orders[code]
        order |= {"trade_state": "SUCCESS", "success_time": PAID_AT}
        order["transaction_id"] = "4200" + hashlib.sha256(code.encode()).hexdigest()[:24]
        if total is not None:
            order["amount"] = {**order["amount"], "total": total, "payer_total": total}
        return order

    def finish_refund(self, code: str, state: str = "SUCCESS") -> dict[str, Any]:
        refund = self.refunds[code]
        refund["status"] = state
        if state == "SUCCESS":
            refund["success_time"] = "2026-06-02T09:00:00+08:00"
        return refund

    # What it tells on its own accord --------------------------------------------------------------

    def notice_of_payment(self, code: str) -> tuple[dict[str, str], bytes]:
        return self.notice("TRANSACTION.SUCCESS", "transaction", self._transaction(code))

    def notice_of_refund(self, code: str) -> tuple[dict[str, str], bytes]:
        refund = self.refunds[code]
        told = {
            "mchid": MERCHANT,
            **{
                name: refund[name]
                for name in ("out_trade_no", "transaction_id", "out_refund_no", "refund_id")
            },
            "refund_status": refund["status"],
            "user_received_account": "支付用户零钱",
            "amount": {
                "total": refund["amount"]["total"],
                "refund": refund["amount"]["refund"],
                "payer_total": refund["amount"]["total"],
                "payer_refund": refund["amount"]["refund"],
            },
        }
        if "success_time" in refund:
            told["success_time"] = refund["success_time"]
        return self.notice(f"REFUND.{refund['status']}", "refund", told)

    def notice(
        self, event: str, kind: str, resource: dict[str, Any], *, age: int = 0
    ) -> tuple[dict[str, str], bytes]:
        nonce = secrets.token_hex(6)
        sealed = AESGCM(API_KEY.encode()).encrypt(
            nonce.encode(), json.dumps(resource).encode(), kind.encode()
        )
        body = json.dumps(
            {
                "id": secrets.token_hex(16),
                "create_time": PAID_AT,
                "resource_type": "encrypt-resource",
                "event_type": event,
                "summary": "支付成功",
                "resource": {
                    "original_type": kind,
                    "algorithm": "AEAD_AES_256_GCM",
                    "ciphertext": base64.b64encode(sealed).decode(),
                    "associated_data": kind,
                    "nonce": nonce,
                },
            },
            ensure_ascii=False,
        ).encode()
        return self.signed(body, age=age), body

    def signed(self, body: bytes, *, age: int = 0) -> dict[str, str]:
        stamp, nonce = str(int(time.time()) - age), secrets.token_urlsafe(24)
        message = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
        signature = self.signs_with.sign(message, padding.PKCS1v15(), SHA256())
        return {
            "Wechatpay-Serial": KEY_ID,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    # What it answers ------------------------------------------------------------------------------

    def answer(self, asked: Asked) -> Answer:  # noqa: PLR0911 - a table of routes
        if asked.path == "/connect/oauth2/authorize":
            return self._authorize(asked)
        if asked.path == "/sns/oauth2/access_token":
            return self._openid(asked)
        if asked.path == "/h5":
            return Answer(body=b"<h1>WeChat Pay</h1>", headers={"Content-Type": "text/html"})
        if not self._is_signed(asked):
            return self._no(401, "SIGN_ERROR", "签名错误")
        parts = asked.path.strip("/").split("/")
        match parts:
            case ["v3", "pay", "transactions", "jsapi" | "h5" | "native"]:
                return self._prepay(parts[-1], json.loads(asked.body))
            case ["v3", "pay", "transactions", "out-trade-no", code]:
                known = code in self.orders
                return self._yes(self._transaction(code)) if known else self._unknown()
            case ["v3", "refund", "domestic", "refunds"]:
                return self._refund(json.loads(asked.body))
            case ["v3", "refund", "domestic", "refunds", code]:
                return self._yes(self.refunds[code]) if code in self.refunds else self._unknown()
            case ["v3", "bill", "tradebill"]:
                return self._bill(asked.query["bill_date"])
            case ["v3", "billdownload", "file"]:
                data = gzip.compress(self.bills[asked.query["token"]].encode("utf-8-sig"))
                return Answer(body=self.sent_bill or data)
            case _:
                return self._no(404, "NOT_FOUND", "")

    def _is_signed(self, asked: Asked) -> bool:
        found = _AUTHORIZATION.fullmatch(asked.headers.get("authorization", ""))
        if found is None or (found["mchid"], found["serial"]) != (MERCHANT, SERIAL):
            return False
        message = f"{asked.method}\n{asked.target}\n{found['stamp']}\n{found['nonce']}\n".encode()
        try:
            self.merchant_key.public_key().verify(
                base64.b64decode(found["signature"]),
                message + asked.body + b"\n",
                padding.PKCS1v15(),
                SHA256(),
            )
        except InvalidSignature:
            return False
        return abs(time.time() - int(found["stamp"])) < 300

    def _prepay(self, kind: str, wish: dict[str, Any]) -> Answer:
        code = wish["out_trade_no"]
        if (wish["appid"], wish["mchid"]) != (APP, MERCHANT):
            return self._no(400, "PARAM_ERROR", "appid和mch_id不匹配")
        known = self.orders.get(code)
        if known and known["trade_state"] == "SUCCESS":
            return self._no(400, "ORDERPAID", "该订单已支付")
        if known and (known["kind"], known["wish"]) != (kind, wish):
            return self._no(400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致")
        self.orders[code] = {
            "kind": kind,
            "wish": wish,
            "trade_state": "NOTPAY",
            "amount": {**wish["amount"], "payer_total": wish["amount"]["total"]},
        }
        if kind == "jsapi":
            return self._yes({"prepay_id": f"wx2611215250487459928b659bd466120{code[:3]}"})
        if kind == "h5":
            return self._yes({"h5_url": f"{self.url}/h5?prepay_id={code}&package=2150917749"})
        return self._yes({"code_url": f"weixin://wxpay/bizpayurl?pr={code}"})

    def _transaction(self, code: str) -> dict[str, Any]:
        order = self.orders[code]
        told = {
            "appid": APP,
            "mchid": MERCHANT,
            "out_trade_no": code,
            "trade_state": order["trade_state"],
            "trade_state_desc": "支付成功",
        }
        if "transaction_id" in order:
            told |= {
                "transaction_id": order["transaction_id"],
                "trade_type": order["kind"].upper(),
                "success_time": order["success_time"],
                "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
                "amount": {**order["amount"], "payer_currency": "CNY"},
            }
        return told

    def _refund(self, wish: dict[str, Any]) -> Answer:
        code = wish["out_refund_no"]
        order = self.orders.get(wish["out_trade_no"])
        if order is None or "transaction_id" not in order:
            return self._unknown()
        if code not in self.refunds:
            back = sum(one["amount"]["refund"] for one in self.refunds.values())
            if wish["amount"]["total"] != order["amount"]["total"]:
                return self._no(400, "PARAM_ERROR", "订单金额与之前请求不一致")
            if back + wish["amount"]["refund"] > order["amount"]["total"]:
                return self._no(403, "NOT_ENOUGH", "基本账户余额不足")
            self.refunds[code] = {
                "refund_id": "5030" + hashlib.sha256(code.encode()).hexdigest()[:24],
                "out_refund_no": code,
                "out_trade_no": wish["out_trade_no"],
                "transaction_id": order["transaction_id"],
                "create_time": "2026-06-02T08:59:00+08:00",
                "status": "PROCESSING",
                "amount": wish["amount"],
            }
            if not self.refunds_wait:
                self.finish_refund(code)
        return self._yes(self.refunds[code])

    def _bill(self, day: str) -> Answer:
        if day not in self.bills:
            return self._no(400, "NO_STATEMENT_EXIST", "账单文件不存在")
        if self.bills[day] == "soon":
            return self._no(400, "STATEMENT_CREATING", "账单生成中")
        digest = hashlib.sha1(self.bills[day].encode("utf-8-sig")).hexdigest()  # noqa: S324
        return self._yes(
            {
                "hash_type": "SHA1",
                "hash_value": digest,
                "download_url": f"{self.url}/v3/billdownload/file?token={day}",
            }
        )

    def _authorize(self, asked: Asked) -> Answer:
        """Within WeChat, and for `snsapi_base`, nobody is asked: she is sent right back."""
        back = asked.query["redirect_uri"]
        code = secrets.token_hex(16)
        self.openids[code] = getattr(self, "who", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")
        parts = urlsplit(back)
        query = [*parse_qsl(parts.query), ("code", code), ("state", asked.query["state"])]
        return Answer(302, headers={"Location": parts._replace(query=urlencode(query)).geturl()})

    def _openid(self, asked: Asked) -> Answer:
        query = asked.query
        openid = self.openids.pop(query["code"], "")
        if (query["appid"], query["secret"]) != (APP, SECRET) or not openid:
            told: dict[str, Any] = {"errcode": 40029, "errmsg": "invalid code"}
        else:
            told = {"access_token": "T", "expires_in": 7200, "openid": openid}
        return Answer(body=json.dumps(told).encode(), headers={"Content-Type": "text/plain"})

    def _yes(self, told: dict[str, Any]) -> Answer:
        body = json.dumps(told, ensure_ascii=False).encode()
        return Answer(body=body, headers={"Content-Type": "application/json", **self.signed(body)})

    def _no(self, status: int, code: str, message: str) -> Answer:
        body = json.dumps({"code": code, "message": message}, ensure_ascii=False).encode()
        return Answer(status, body, {"Content-Type": "application/json", **self.signed(body)})

    def _unknown(self) -> Answer:
        return self._no(404, "RESOURCE_NOT_EXISTS", "查询的资源不存在")


def bill(*rows: tuple[str, ...]) -> str:
    """A trade bill of kind ALL as the documents show it, from the columns that differ.

    Each row: time, transaction, our order, state, refund id, our refund, refunded, fee, total.
    """
    head = (
        "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,"
        "货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,"
        "商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
    )
    lines = [head]
    for at, paid, order, state, back, refund, amount, fee, total in rows:
        cells = [
            at, APP, MERCHANT, "0", "", paid, order, "oUpF8uMuAJO", "JSAPI", state, "OTHERS", "CNY",
            total, "0.00", back, refund, amount, "0.00", "ORIGINAL" if back != "0" else "",
            "SUCCESS" if back != "0" else "", "茶, 春天的", "", fee, "0.60%", total, amount, "",
        ]  # fmt: skip
        lines.append(",".join(f"`{cell}" for cell in cells))
    lines.append(
        "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
    )
    lines.append(f"`{len(rows)},`0.00,`0.00,`0.00,`0.00000,`0.00,`0.00")
    return "\r\n".join(lines) + "\r\n"


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(key: rsa.RSAPrivateKey) -> str:
    words = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return words.decode()


@pytest.fixture(scope="session")
def weixin() -> Iterator[WeChatPartner]:
    """One server for the whole run."""
    partner = WeChatPartner()
    yield partner
    partner.server.stop()


@pytest.fixture
def wechat(weixin: WeChatPartner, settings: Any, tmp_path: Any) -> Iterator[WeChatPartner]:
    """The partner, of good manners and with nothing in mind, as the settings name it."""
    weixin.forget()
    key_file = tmp_path / "apiclient_key.pem"
    key_file.write_text(pem(weixin.merchant_key), encoding="ascii")
    settings.SHOAL_PAY = "wechat"
    settings.SHOAL_WECHAT_URL = weixin.url
    settings.SHOAL_WECHAT_OPEN_URL = weixin.url
    settings.SHOAL_WECHAT_SNS_URL = weixin.url
    settings.SHOAL_WECHAT_APP_ID, settings.SHOAL_WECHAT_APP_SECRET = APP, SECRET
    settings.SHOAL_WECHAT_MERCHANT, settings.SHOAL_WECHAT_SERIAL = MERCHANT, SERIAL
    settings.SHOAL_WECHAT_PRIVATE_KEY_FILE = str(key_file)
    settings.SHOAL_WECHAT_API_KEY = API_KEY
    settings.SHOAL_WECHAT_PUBLIC_KEY = public_pem(weixin.own_key).replace("\n", "\\n")
    settings.SHOAL_WECHAT_PUBLIC_KEY_ID = KEY_ID
    providers.provider.cache_clear()
    yield weixin
    providers.provider.cache_clear()
