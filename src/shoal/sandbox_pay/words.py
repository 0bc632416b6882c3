"""The words of the partner's pages, in Chinese and English."""

ZH, EN = "zh", "en"

WORDS: dict[str, dict[str, str]] = {
    "brand": {ZH: "港湾支付", EN: "Harbour Pay"},
    "sandbox": {
        ZH: "演示环境：不会动用真实的钱",
        EN: "Sandbox: no real money moves",
    },
    "pay_to": {ZH: "付款给", EN: "Pay to"},
    "order": {ZH: "订单", EN: "For"},
    "number": {ZH: "支付单号", EN: "Payment no."},
    "method": {ZH: "付款方式", EN: "Pay with"},
    "wallet": {ZH: "港湾零钱", EN: "Harbour wallet"},
    "wallet_note": {ZH: "余额充足", EN: "Balance is enough"},
    "pay": {ZH: "确认付款", EN: "Pay"},
    "cancel": {ZH: "暂不付款，返回商家", EN: "Cancel and go back"},
    "safe": {
        ZH: "付款由港湾支付保障，商家看不到你的支付信息。",
        EN: "Harbour Pay handles the payment; the merchant never sees how you pay.",
    },
    "paid_title": {ZH: "已付款", EN: "Paid"},
    "paid_text": {
        ZH: "这笔订单已经付过，无需再付。",
        EN: "This has been paid. Nothing more is due.",
    },
    "over_title": {ZH: "付款时间已过", EN: "Too late to pay"},
    "over_text": {
        ZH: "这笔订单已超过付款时间，没有扣款。请回到商家重新下单。",
        EN: "The time to pay has passed and nothing was charged. Please order again.",
    },
    "back": {ZH: "返回商家", EN: "Back to the merchant"},
    "lost_title": {ZH: "找不到这笔付款", EN: "We cannot find this payment"},
    "lost_text": {
        ZH: "链接可能不完整，请回到商家重新打开付款页。",
        EN: "The link may be incomplete. Please open it again from the merchant.",
    },
    "other_language": {ZH: "English", EN: "中文"},
    "test_title": {ZH: "捣乱台", EN: "Misbehave"},
    "test_text": {
        ZH: "让支付伙伴按下面的方式出错，看商家如何应对。设置从下一笔起生效。",
        EN: "Make the payment partner go wrong and watch the merchant cope. From the next one on.",
    },
    "charge": {ZH: "扣款", EN: "Charges"},
    "notices": {ZH: "通知", EN: "Notices"},
    "refunds": {ZH: "退款", EN: "Refunds"},
    "answers": {ZH: "应答", EN: "Answers"},
    "exact": {ZH: "金额正确", EN: "the exact sum"},
    "less": {ZH: "少扣", EN: "too little"},
    "more": {ZH: "多扣", EN: "too much"},
    "twice": {ZH: "扣两次", EN: "twice"},
    "other_currency": {ZH: "币种不对", EN: "in another currency"},
    "prompt": {ZH: "正常", EN: "prompt"},
    "doubled": {ZH: "发两次", EN: "doubled"},
    "late": {ZH: "晚 20 秒", EN: "20 seconds late"},
    "held": {ZH: "先扣住，手动放行", EN: "held until released"},
    "reordered": {ZH: "先后颠倒", EN: "out of order"},
    "never": {ZH: "从不通知", EN: "never"},
    "forged": {ZH: "夹带伪造签名", EN: "with a forged one"},
    "expired": {ZH: "夹带过期签名", EN: "with an expired one"},
    "replayed": {ZH: "原样重放", EN: "replayed"},
    "done": {ZH: "成功", EN: "succeed"},
    "pending": {ZH: "一直处理中", EN: "stay pending"},
    "fail": {ZH: "总是失败", EN: "fail"},
    "fail_once": {ZH: "先失败一次", EN: "fail once"},
    "slow": {ZH: "很慢", EN: "slow"},
    "down": {ZH: "停机", EN: "down"},
    "transfers": {ZH: "打款", EN: "Transfers"},
    "arrive": {ZH: "立即到账", EN: "arrive"},
    "on_the_way": {ZH: "一直在途", EN: "stay on the way"},
    "bounce": {ZH: "被拒", EN: "bounce"},
    "sent_back": {ZH: "到账后又退回", EN: "arrive and are sent back"},
    "answered_twice": {ZH: "应答说两遍", EN: "arrive and are told twice"},
    "answer_lost": {ZH: "打了款，应答丢了", EN: "arrive and the answer is lost"},
    "bills": {ZH: "对账单", EN: "Bills"},
    "right": {ZH: "正确", EN: "right"},
    "left_out": {ZH: "漏掉第一笔", EN: "without the first row"},
    "twice_billed": {ZH: "第一笔记两次", EN: "with the first row twice"},
    "other_amount": {ZH: "第一笔金额不对", EN: "with another amount"},
    "day_late": {ZH: "晚一天入账", EN: "a day late"},
    "unready": {ZH: "还没出账", EN: "not ready"},
    "age": {ZH: "让一天过去", EN: "Let a day pass"},
    "save": {ZH: "保存", EN: "Save"},
    "release": {ZH: "立即发出待发通知", EN: "Send waiting notices now"},
    "finish": {ZH: "完成处理中的退款和打款", EN: "Finish pending refunds and transfers"},
    "payments": {ZH: "最近的付款", EN: "Latest payments"},
    "transfers_now": {ZH: "最近的打款", EN: "Latest transfers"},
    "transfer_pending": {ZH: "在途", EN: "on the way"},
    "transfer_paid": {ZH: "已到账", EN: "arrived"},
    "transfer_failed": {ZH: "没有到账", EN: "did not arrive"},
    "queue": {ZH: "最近的通知", EN: "Latest notices"},
    "nothing": {ZH: "还没有。", EN: "None yet."},
    "waiting": {ZH: "待付款", EN: "waiting"},
    "paid": {ZH: "已付款", EN: "paid"},
    "cancelled": {ZH: "已取消", EN: "cancelled"},
    "given_back": {ZH: "已退", EN: "refunded"},
    "tries": {ZH: "次", EN: "tries"},
    "unanswered": {ZH: "待发", EN: "waiting"},
}

_SIGNS = {"CNY": "¥", "JPY": "JP¥", "USD": "$", "EUR": "€", "GBP": "£"}
_DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3}


def say(word: str, language: str) -> str:
    """This will return a text of the pages in `language`."""
    return WORDS[word][language]


def pick_language(asked: str, remembered: str, accepted: str) -> str:
    """This will choose a language: what was asked for, else the merchant's, else the browser's."""
    for wish in (asked, remembered, accepted):
        if wish:
            return ZH if wish.lower().startswith(ZH) else EN
    return ZH


def amount_text(amount: int, currency: str) -> str:
    """This will write an amount as people read it: sign, thousands, decimals of the currency."""
    decimals = _DECIMALS.get(currency, 2)
    whole, part = divmod(amount, 10**decimals)
    digits = f"{whole:,}" + (f".{part:0{decimals}}" if decimals else "")
    return f"{_SIGNS.get(currency, currency + ' ')}{digits}"
