"""localstripe on a free port, with the parts of Stripe's API that it lacks and we use.

localstripe keeps payment intents, charges, refunds and balance transactions, and sends signed
webhooks. Added here, as Stripe's documents say: Checkout Sessions, searching payment intents by
their metadata, repeated requests by their Idempotency-Key, balance transactions of a span of time,
fees, and the day that a tester lets pass. Run as `python stripe_server.py <port>`.
"""

import asyncio
import json
import re
import sys

from aiohttp import web
from localstripe import resources, server
from localstripe.errors import UserError
from localstripe.resources import List, PaymentIntent, Refund, store

resources.Store.dump_to_disk = lambda _store: None
_answered: dict[str, tuple[dict, web.Response]] = {}
_pending: list[bool] = []


class Session(resources.StripeObject):
    object = "checkout.session"
    _id_prefix = "cs_test_"

    def __init__(self, **asked):  # noqa: ANN003, ANN204 - in localstripe's manner
        for name in ("mode", "success_url", "line_items", "client_reference_id"):
            if name not in asked:
                raise UserError(400, f"Missing {name}")
        price = asked["line_items"][0]["price_data"]
        super().__init__()
        self.client_reference_id = asked["client_reference_id"]
        self.url = f"https://checkout.stripe.com/c/pay/{self.id}"
        # Stripe makes it when the payer opens the page; here it is there at once.
        self.payment_intent = PaymentIntent(
            amount=price["unit_amount"],
            currency=price["currency"],
            metadata=asked["payment_intent_data"]["metadata"],
        ).id


async def open_session(request):
    asked = await server.get_post_data(request) or {}
    key = request.headers.get("Idempotency-Key", "")
    if key in _answered:
        before, answer = _answered[key]
        if before != asked:
            raise UserError(400, "Keys for idempotent requests can only be used with the same")
        return web.json_response(answer)
    told = Session(**json.loads(json.dumps(asked)))._export()
    _answered[key] = (asked, told)
    return web.json_response(told)


async def search(request):
    wanted = re.fullmatch(r'metadata\["(\w+)"\]:"(\w+)"', request.query["query"])
    if wanted is None:
        raise UserError(400, "Bad query")
    name, value = wanted.groups()
    found = List("/v1/payment_intents/search", limit=100)
    found._list = [
        row
        for key, row in store.items()
        if key.startswith("payment_intent:") and row.metadata.get(name) == value
    ]
    return web.json_response(found._export() | {"object": "search_result"})


async def balance(request):
    since, until = (int(request.query[f"created[{end}]"]) for end in ("gte", "lt"))
    found = List(
        "/v1/balance_transactions",
        limit=request.query["limit"],
        starting_after=request.query.get("starting_after"),
    )
    found._list = [
        row
        for key, row in store.items()
        if key.startswith("balance_transaction:") and since <= row.created < until
    ]
    for row in found._list:
        if row.type == "charge":
            row.fee = (row.amount * 29 + 500) // 1000 + 30
    return web.json_response(found._export(expand=["data.source"]))


async def let_a_day_pass(request):
    for row in store.values():
        row.created -= 86_400
    return web.Response()


async def turn_refund(request):
    """The payer's bank sent it back, or somebody at Stripe's dashboard called it off."""
    row = Refund._api_retrieve(request.match_info["id"])
    row.status = request.match_info["status"]
    return web.Response()


async def make_pending(_request):
    """The next refund takes its time, as one to a bank account does."""
    _pending.append(True)
    return web.Response()


ADDED = {
    ("GET", "/v1/payment_intents/search"): search,
    ("GET", "/v1/balance_transactions"): balance,
    ("POST", "/v1/checkout/sessions"): open_session,
    ("POST", "/_config/day"): let_a_day_pass,
    ("POST", "/_config/pending"): make_pending,
}


@web.middleware
async def added(request, handler):
    asked = (request.method, request.path)
    answer = await (ADDED[asked](request) if asked in ADDED else handler(request))
    if asked == ("POST", "/v1/refunds") and answer.status == 200 and _pending:
        _pending.pop()
        row = Refund._api_retrieve(json.loads(answer.body)["id"])
        row.status = "pending"
        answer = web.json_response(row._export())
    return answer


server.app.router.add_post("/_config/refunds/{id}/{status}", turn_refund)


async def main(port):
    server.app.middlewares.append(added)
    runner = web.AppRunner(server.app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    port = runner.addresses[0][1]
    sys.stdout.write(f"ready {port}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
