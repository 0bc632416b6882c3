"""Customers: what they do, drawn from a seed, and what they were told, for the check afterwards."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from tests.drills.browser import Answer, Browser, Fields, form_of
from tests.drills.stage import Customer, Stage

_AGAIN = {0, 429, 500, 502, 503}
"""Answers after which a customer presses again: nothing came, or a page that asks her to."""
_TRIES = 30
_RUSH = 2
"""Every so many visits somebody runs for what is scarce, together with all others."""
_GATE_SECONDS = 8
_GAPS, _RUSH_GAPS = (0.0, 0.0, 0.2), (0.0, 0.5, 0.5)
"""Seconds between two clicks: at the very same moment, or a moment later. In a rush most second
clicks come later, so that first clicks of different people meet at the two desks."""


class Gate:
    """Lets a crowd in all at once: when so many stand before it, or the first has waited enough."""

    def __init__(self, most: int) -> None:
        self.opened = 0
        self._most, self._standing = most, 0
        self._opens = threading.Condition()

    def wait(self) -> None:
        with self._opens:
            self._standing += 1
            before = self.opened
            if self._standing < self._most:
                self._opens.wait_for(lambda: self.opened != before, _GATE_SECONDS)
            if self.opened == before:
                self.opened, self._standing = before + 1, 0
                self._opens.notify_all()


@dataclass(slots=True)
class Told:
    """One wish, and every answer to it that a customer saw."""

    customer: UUID
    key: UUID
    placed: bool = False
    refused: bool = False
    lost: bool = False
    orders: set[str] = field(default_factory=set)
    pages: set[str] = field(default_factory=set)
    charged: bool = False
    thanked: bool = False


@dataclass(slots=True)
class Crowd:
    """The customers of a sale, each with a browser; as many come at once as there are threads."""

    stage: Stage
    host: str
    webs: tuple[int, int]
    partner: int
    seed: int
    told: list[Told] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    faults: list[BaseException] = field(default_factory=list)
    _leave: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _second: ThreadPoolExecutor | None = None
    _gate: "Gate" = field(default_factory=lambda: Gate(1))

    def come(self, at_once: int) -> None:
        """Signs everybody in, and lets so many come again and again until `go_home`."""
        answer = Browser(self.host).get(self.webs[1], "/healthz")
        assert answer.status == 200, answer
        browsers = [self._signed_in(one) for one in self.stage.customers]
        self._gate = Gate(at_once)
        self._second = ThreadPoolExecutor(2 * at_once, "second click")
        for number in range(at_once):
            own = list(zip(self.stage.customers, browsers, strict=True))[number::at_once]
            thread = threading.Thread(target=self._shop, args=(number, own), name=f"crowd {number}")
            self._threads.append(thread)
            thread.start()

    def await_rushes(self, count: int) -> None:
        """Waits until so many rushes have been: the sale is running."""
        until = time.monotonic() + 60
        while self._gate.opened < count and time.monotonic() < until and not self.faults:
            time.sleep(0.1)

    def go_home(self) -> None:
        """Lets everybody finish what she is at."""
        self._leave.set()
        for thread in self._threads:
            thread.join()
        if self._second is not None:
            self._second.shutdown()

    def _signed_in(self, customer: Customer) -> Browser:
        browser = Browser(self.host)
        answer = browser.get(self.webs[0], f"/sign-in/link/{customer.token}")
        assert answer.status == 302, answer
        return browser

    def _shop(self, number: int, people: list[tuple[Customer, Browser]]) -> None:
        visit = 0
        try:
            while not self._leave.is_set():
                customer, browser = people[visit % len(people)]
                # Each visit has decisions of its own, however many came before it.
                random = Random(f"{self.seed} {number} {visit}")  # noqa: S311 - to be drawn again
                self._visit(customer, browser, random, rushes=visit % _RUSH == 0)
                visit += 1
        except BaseException as fault:  # noqa: BLE001 - told by the drill, as its own failure
            self.faults.append(fault)

    def _visit(self, customer: Customer, browser: Browser, random: Random, *, rushes: bool) -> None:
        webs = self.webs if random.random() < 0.5 else (self.webs[1], self.webs[0])
        scarce, choice = self.stage.scarce, random.random()
        offer = scarce[self._gate.opened % len(scarce)] if rushes else self.stage.plenty
        form = self._until(
            lambda n: browser.get(
                webs[n % 2], f"/checkout?shop={self.stage.shop}&offer={offer}&quantity=1"
            )
        )
        fields = form_of(form.body, "order")
        if not any(name == "line" for name, _ in fields):
            self.seen["sold out on the page"] += 1
            return
        told = Told(customer.id, UUID(dict(fields)["key"]))
        self.told.append(told)
        if rushes:
            self._gate.wait()
        self._order(told, browser, webs, fields, gap=random.choice(_RUSH_GAPS if rushes else _GAPS))
        self._pause(random.random() * 0.3)
        if not told.placed or choice < 0.15:
            return  # she changes her mind and says nothing
        self._pay(told, browser, webs, cancels=choice < 0.2)
        if told.orders and choice > 0.92:
            self._cancel(told, browser, webs)

    def _order(
        self, told: Told, browser: Browser, webs: tuple[int, int], fields: Fields, *, gap: float
    ) -> None:
        """Presses until there is an answer that stands; each press is a double click."""
        for _ in range(_TRIES):
            answers = self._twice(browser, webs, "/checkout", fields, gap)
            for answer in answers:
                self._note(told, answer)
            if told.placed:
                self.seen["placed by one click, refused by the other"] += any(
                    answer.status == 409 for answer in answers
                )
                return
            if all(answer.status == 409 for answer in answers):
                told.refused = True
                return
            # The page of who has to wait asks again by itself, after a while.
            self._pause(1.0)
        self.seen["gave up ordering"] += 1

    def _note(self, told: Told, answer: Answer) -> None:
        told.lost |= answer.status == 0
        if answer.is_page_of_partner:
            told.pages.add(answer.path)
        elif answer.status == 302 and answer.path.startswith("/orders/"):
            told.orders.add(answer.path.split("/")[2])
        elif answer.status not in _AGAIN | {409}:
            raise AssertionError(f"a form for an order was answered {answer}")
        told.placed = bool(told.pages or told.orders)

    def _pay(self, told: Told, browser: Browser, webs: tuple[int, int], *, cancels: bool) -> None:
        for n in range(_TRIES):
            if told.pages:
                break
            path = f"/orders/{min(told.orders)}/payment"
            answer = browser.post(webs[n % 2], path, [])
            self._count(answer)
            if answer.is_page_of_partner:
                told.pages.add(answer.path)
            elif answer.status == 302 and not answer.path.startswith("/orders/"):
                return
            self._pause(0.4)
        if not told.pages:
            return
        page, choice = min(told.pages), "cancel" if cancels else "pay"
        both = (self.partner, self.partner)
        for _ in range(_TRIES):
            for answer in self._twice(browser, both, page, [("choice", choice)]):
                if answer.status == 303:
                    told.charged |= not cancels
                    told.orders.add(answer.path.split("/")[2])
                elif answer.status == 200:
                    self.seen["too late to pay"] += 1
                    return
            if told.orders and (told.charged or cancels):
                break
            self._pause(0.4)
        if told.charged:
            self._await_thanks(told, browser, webs)

    def _await_thanks(self, told: Told, browser: Browser, webs: tuple[int, int]) -> None:
        code = min(told.orders)
        for n in range(3):
            answer = browser.get(webs[n % 2], f"/orders/{code}/payment/return")
            self._count(answer)
            if answer.path == f"/orders/{code}/paid":
                told.thanked = True
                return
            self._pause(0.3)

    def _cancel(self, told: Told, browser: Browser, webs: tuple[int, int]) -> None:
        path = f"/orders/{min(told.orders)}/cancellation"
        self._twice(browser, webs, path, [("reason", "changed my mind")])
        self.seen["cancelled"] += 1

    def _twice(
        self, browser: Browser, ports: tuple[int, int], path: str, fields: Fields, gap: float = 0.0
    ) -> tuple[Answer, Answer]:
        assert self._second is not None
        answers = browser.post_twice(ports, path, fields, gap=gap, by=self._second)
        self.seen["double clicks"] += 1
        for answer in answers:
            self._count(answer)
        return answers

    def _until(self, ask: Callable[[int], Answer]) -> Answer:
        """Asks one web after the other until a page comes."""
        for n in range(_TRIES * 3):
            answer = ask(n)
            self._count(answer)
            if answer.status not in _AGAIN or self._leave.is_set():
                return answer
            self._pause(0.5)
        return Answer(0)

    def _count(self, answer: Answer) -> None:
        self.seen[f"answered {answer.status}" if answer.status else "not answered"] += 1

    def _pause(self, seconds: float) -> None:
        time.sleep(seconds)
