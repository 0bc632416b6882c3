"""What would ten minutes of a crowd take? From what one action costs to processes and money.

Nothing is measured here. The first table of docs/reference/scale.md gives what was, and what is
supposed; `python bench/scale.py` writes the other tables of that page anew.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shoal.run.bench import Report

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "scale.md"
CROWDS = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
SECONDS = 600
_INPUT = re.compile(r"^\| `(\w+)` \| ([\d.,]+) \|", re.MULTILINE)
_MB, _GB, _KB_OF_GB = 1e6, 1e9, 1e6

Inputs = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a crowd of so many visitors asks for; rates are those of the busiest second."""

    visitors: int
    arrivals: float
    kept_share: float
    page_requests: float
    own_requests: float
    orders: float
    web_processes: int
    database_cores: float
    log_mb: float
    rows: float
    primaries: int
    one_primary: float
    one_primary_writing: float
    hot_orders: float
    set_needed: float
    hot_rows: int
    messages: float
    message_gb: float
    workers: int
    minutes_behind: float
    egress_gb: float
    money: float


def inputs(text: str) -> Inputs:
    """This will read the table of inputs: what stands in its first two columns."""
    return {name: float(value.replace(",", "")) for name, value in _INPUT.findall(text)}


def kept_share(*, requests: float, pages: float, seconds: float) -> float:
    """This will return the share of requests that a cache answers, which keeps a page so long.

    `requests` a second go evenly to `pages`. A page that is asked for r times a second comes from
    behind once, and then not for `seconds`: once in seconds + 1/r.
    """
    each = requests / pages
    return seconds * each / (1 + seconds * each)


@dataclass(frozen=True, slots=True)
class _Second:
    """What visitors do in the busiest second."""

    arrivals: float
    views: float
    kept: float
    pages: float
    orders: float
    tries: float

    def milliseconds(self, known: Inputs, where: str) -> float:
        """What it takes of web's or PostgreSQL's cores, besides what is written."""
        return (
            self.arrivals * known[f"{where}_ms_landing"]
            + self.pages * known[f"{where}_ms_page"]
            + self.views * known[f"{where}_ms_corner"]
            + self.orders * known[f"{where}_ms_checkout"]
        )

    def writing(self, known: Inputs, where: str) -> float:
        """What orders and payments take of those cores."""
        return self.orders * (known[f"{where}_ms_order"] + known[f"{where}_ms_payment"])


def _busiest(known: Inputs, visitors: int) -> _Second:
    arrivals = visitors / SECONDS * known["peak_factor"]
    views = arrivals * known["pages_per_visitor"]
    shops = max(1.0, min(visitors / known["visitors_per_shop"], known["shops"]))
    kept = kept_share(
        requests=views,
        pages=shops * known["pages_of_shop"] * known["ways_to_read"],
        seconds=known["kept_seconds"],
    )
    return _Second(
        arrivals=arrivals,
        views=views,
        kept=kept,
        pages=views * (1 - kept),
        orders=arrivals * known["orders_per_100"] / 100,
        tries=arrivals * known["late_tries_per_100"] / 100,
    )


def plan(known: Inputs, *, visitors: int) -> Plan:
    """This will count what `visitors` within ten minutes take."""
    at = _busiest(known, visitors)
    web_ms = at.milliseconds(known, "web") + at.writing(known, "web")
    web_ms += at.tries * known["web_ms_sold_out"]
    cores = (at.milliseconds(known, "db") + at.writing(known, "db")) / 1_000
    log = at.orders * (known["log_bytes_order"] + known["log_bytes_payment"]) / _MB
    most_cores = known["primary_cores"] * known["busy"]
    primaries = max(cores / most_cores, log / known["primary_log_mb"])
    writing = max(at.writing(known, "db") / 1_000 / most_cores, log / known["primary_log_mb"])
    hot = at.orders * known["hot_per_100"] / 100
    told = visitors * (1 + known["pages_per_visitor"])
    workers = _at_least_one((at.arrivals + at.views) / known["messages_per_worker"])
    taken = min(workers, known["most_workers"])
    each = known["kb_page"] + known["kb_corner"] + known["kb_pictures"]
    egress = visitors * (known["kb_files"] + known["pages_per_visitor"] * each) / _KB_OF_GB
    web = _at_least_one(web_ms / 1_000 / known["busy"])
    held = (web + cores / known["busy"] + taken) * known["hours_held"]
    return Plan(
        visitors=visitors,
        arrivals=at.arrivals,
        kept_share=at.kept,
        page_requests=at.pages,
        own_requests=at.arrivals + at.views + 2 * at.orders + at.tries,
        orders=at.orders,
        web_processes=web,
        database_cores=cores,
        log_mb=log,
        rows=at.orders * (known["rows_order"] + known["rows_payment"]),
        primaries=_at_least_one(primaries),
        one_primary=visitors / primaries,
        one_primary_writing=visitors / writing,
        hot_orders=hot,
        set_needed=max(1.0, hot / known["hot_row_sets"]),
        hot_rows=_at_least_one(hot / known["hot_row_sets"] / known["set_most"]),
        messages=at.arrivals + at.views,
        message_gb=told * known["bytes_message"] / _GB,
        workers=workers,
        minutes_behind=told / (taken * known["messages_per_worker"]) / 60,
        egress_gb=egress,
        money=held * known["price_core_hour"] + egress * known["price_gb"],
    )


def tables(known: Inputs) -> str:
    """This will write what follows from the inputs, as the page shows it."""
    plans = [plan(known, visitors=visitors) for visitors in CROWDS]
    crowd = _table(
        "in the busiest second",
        plans,
        {
            "visitors who arrive": lambda p: _shown(p.arrivals),
            "share of page requests that a cache answers": lambda p: f"{p.kept_share:.0%}",
            "pages that web makes": lambda p: _shown(p.page_requests),
            "requests that no cache may answer": lambda p: _shown(p.own_requests),
            "orders": lambda p: _shown(p.orders),
            "**web processes**, a core each": lambda p: _shown(p.web_processes),
            "cores of PostgreSQL that work": lambda p: _shown(p.database_cores),
            "rows of orders and payments": lambda p: _shown(p.rows),
            "write-ahead log of these, MB": lambda p: _shown(p.log_mb),
            "**primaries**": lambda p: _shown(p.primaries),
            "orders for the hottest offer": lambda p: _shown(p.hot_orders),
            "of which the desk must take so many at once": lambda p: _shown(p.set_needed),
            "rows that its stock is split into": lambda p: _shown(p.hot_rows),
            "messages of visits": lambda p: _shown(p.messages),
            "workers that take them in at once": lambda p: _shown(p.workers),
        },
    )
    whole = _table(
        "in the ten minutes",
        plans,
        {
            "messages of visits, GB": lambda p: _shown(p.message_gb),
            "minutes that the workers there are need for them": lambda p: _shown(p.minutes_behind),
            "sent to visitors, GB": lambda p: _shown(p.egress_gb),
            "money, at the prices supposed": lambda p: _shown(p.money),
        },
    )
    last = plans[-1]
    ends = (
        "At these figures one primary ends at about"
        f" **{_shown(last.one_primary)} visitors** in ten minutes when it answers every read,\n"
        f"and about **{_shown(last.one_primary_writing)}** when it takes only orders and payments."
    )
    return f"{crowd}\n\n{whole}\n\n{ends}"


def written_anew(text: str) -> str:
    """This will return the page with its tables as they follow from its inputs."""
    head, rest = text.split("<!-- counted -->\n", 1)
    tail = rest.split("<!-- end of counted -->\n", 1)[1]
    return f"{head}<!-- counted -->\n{tables(inputs(text))}\n<!-- end of counted -->\n{tail}"


def run(report: Report) -> None:
    """This will print what follows from the page's inputs."""
    known = inputs(PAGE.read_text(encoding="utf-8"))
    for visitors in CROWDS:
        counted = plan(known, visitors=visitors)
        report.figure(f"web processes, {visitors:,} visitors", counted.web_processes)
        report.figure(f"primaries, {visitors:,} visitors", counted.primaries)
    report.say(tables(known))


def _at_least_one(number: float) -> int:
    return max(1, math.ceil(number))


def _table(head: str, plans: Sequence[Plan], rows: Mapping[str, Callable[[Plan], str]]) -> str:
    crowds = [f"{each.visitors:,}" for each in plans]
    lines = [[head, *crowds], ["---", *["--:"] * len(plans)]]
    lines += [[what, *(show(each) for each in plans)] for what, show in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(number: float) -> str:
    """Two figures: more would say that we know more."""
    digits = 1 - math.floor(math.log10(number))
    decimals = 0 if isinstance(number, int) else max(0, digits)
    return f"{round(number, digits):,.{decimals}f}"


if __name__ == "__main__":
    PAGE.write_text(written_anew(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
