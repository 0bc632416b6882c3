"""`shoal reconcile`: our books against the bills of payment providers and carriers."""

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from shoal import env
from shoal.run.loading import set_up_django
from shoal.run.trouble import CannotRun

if TYPE_CHECKING:
    from shoal.reconciliation.models import Bill, Difference
    from shoal.reconciliation.operations import Imported
    from shoal.reconciliation.sheets import BillFault

_MOST = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser whose bill, of which day, and from which file."""
    parser.add_argument("--provider", metavar="NAME", help="a payment provider (all in use)")
    parser.add_argument("--day", type=_day, help="a day, as 2026-06-01 (every day without a bill)")
    parser.add_argument("--carrier", metavar="NAME", help="a carrier, as it stands on parcels")
    parser.add_argument("--file", type=Path, help="the bill as CSV or XLSX, not downloaded")
    parser.add_argument(
        "--anyway",
        action="store_true",
        help="take the file in though it looks like another day's or partner's",
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no day: write it as 2026-06-01") from error


def run(arguments: argparse.Namespace) -> int:
    """This will take bills in, print what they say, and return 1 while a difference is open."""
    _check(arguments)
    from shoal.run import database

    with database.borrowed(env.data_folder()):
        set_up_django()
        from django.utils import translation

        # A command speaks one language, its refusals too.
        with translation.override("en"):
            done, faults = _told(arguments)
            if faults:
                _tell_faults(arguments.file, faults)
                return 1
            return _report(done)


def _told(arguments: argparse.Namespace) -> "tuple[list[Imported], Sequence[BillFault]]":
    from shoal.kit.errors import Refused
    from shoal.reconciliation.fitting import Doubtful

    try:
        return _work(arguments)
    except Doubtful as doubt:
        raise CannotRun(
            f"{doubt.sentence} Nothing was taken in. If it is the right one all the same,"
            " say --anyway."
        ) from doubt
    except Refused as refused:
        raise CannotRun(refused.sentence) from refused


def _check(arguments: argparse.Namespace) -> None:
    if arguments.carrier and not arguments.file:
        raise CannotRun("A carrier's bill comes from a file: --carrier NAME --file BILL.")
    if arguments.carrier and (arguments.provider or arguments.day):
        raise CannotRun(
            "A carrier's bill says itself of which days it is: leave out --day and --provider."
        )
    if arguments.file and not arguments.carrier and not (arguments.provider and arguments.day):
        raise CannotRun("Say whose bill and of which day: --provider NAME --day 2026-06-01.")
    if arguments.file and not arguments.file.is_file():
        raise CannotRun(f"There is no file {arguments.file}.")


def _work(arguments: argparse.Namespace) -> "tuple[list[Imported], Sequence[BillFault]]":
    from shoal.kit.clock import now
    from shoal.reconciliation import fitting, operations, queries, sheets

    at, known = now(), queries.providers_in_use()
    if arguments.provider and arguments.provider not in known:
        raise CannotRun(
            f"No money has moved through {arguments.provider}."
            + (f" Name one of: {', '.join(known)}." if known else "")
        )
    if arguments.carrier:
        freight = sheets.read_freight_bill(path=arguments.file)
        if freight.faults:
            return [], freight.faults
        if not arguments.anyway:
            fitting.check_freight(carrier=arguments.carrier, rows=freight.rows)
        return [
            operations.import_freight(carrier=arguments.carrier, rows=freight.rows, by="cli", at=at)
        ], []
    if arguments.file:
        read = sheets.read_provider_bill(path=arguments.file, day=arguments.day)
        if read.faults:
            return [], read.faults
        if not arguments.anyway:
            fitting.check_bill(
                name=arguments.provider,
                day=arguments.day,
                rows=read.rows,
                written_by=read.written_by,
            )
        return [
            operations.import_bill(
                name=arguments.provider, day=arguments.day, rows=read.rows, by="cli", at=at
            )
        ], []
    names = [arguments.provider] if arguments.provider else known
    if arguments.day:
        return [
            operations.fetch_bill(name=name, day=arguments.day, by="cli", at=at) for name in names
        ], []
    return operations.catch_up(at=at, by="cli", names=names), []


def _tell_faults(file: Path, faults: "Sequence[BillFault]") -> None:
    for fault in faults[:_MOST]:
        print(f"{file.name}:{fault.row} {fault.column}: {fault.refusal.sentence}")
    print(f"{len(faults)} rows cannot be read. Nothing was taken in.")


def _report(done: "Sequence[Imported]") -> int:
    from shoal.reconciliation import queries

    tallies = queries.tallies(bills=[one.bill.id for one in done])
    for one in done:
        tally = tallies[one.bill.id]
        state = f"{tally.open} open" if tally.open else "all matched"
        late = f", {tally.late} late" if tally.late else ""
        known = "" if one.is_new else " (known already)"
        print(
            f"{one.bill.partner} {one.bill.day}{known}: {one.bill.rows} rows,"
            f" {tally.matched} matched{late}, {state}"
        )
        _tell_sums(one.bill)
    if not done:
        print("No new bill is out.")
    waiting = list(queries.open_differences())
    if not waiting:
        print("Nothing is open.")
        return 0
    print(f"{len(waiting)} differences are open:")
    for difference in waiting[:_MOST]:
        print(f"  {_difference_line(difference)}")
    if len(waiting) > _MOST:
        print(f"  … and {len(waiting) - _MOST} more, on the operator's page.")
    return 1


def _tell_sums(bill: "Bill") -> None:
    from shoal.kit.money import Money
    from shoal.reconciliation import queries

    for currency, paid, back, kept, net in queries.sums_of(bill=bill.id):
        said = [Money(amount, currency).decimal for amount in (paid, back, kept, net)]
        if bill.source == bill.Source.CARRIER:
            print(f"  {currency}: freight {said[0]}")
        else:
            print(f"  {currency}: in {said[0]}, back {said[1]}, kept {said[2]}, paid out {said[3]}")


def _difference_line(row: "Difference") -> str:
    from shoal.reconciliation.queries import sides_of

    sides = sides_of(row)
    sums = [
        f"{where} {money.decimal} {money.currency}"
        for where, money in (("here", sides.here), ("there", sides.there))
        if money is not None
    ]
    word = row.kind.replace("_", " ")
    return f"{row.bill.day} {row.bill.partner} {word}: {sides.number}, {', '.join(sums)}"
