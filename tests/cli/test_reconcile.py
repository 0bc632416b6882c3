"""`shoal reconcile`: what it prints, and what it refuses."""

from argparse import Namespace
from datetime import date

import pytest
from django.utils import translation

from shoal.cli import reconcile
from shoal.reconciliation.models import Bill
from shoal.run.trouble import CannotRun
from tests import trade
from tests.reconciliation.bills import PAID_ON, paid_order

HEADER = "kind,code,amount,fee,currency\n"


@pytest.fixture(autouse=True)
def english(db):
    with translation.override("en"):
        yield


def arguments(**given: object):
    return Namespace(
        **({"provider": None, "day": None, "carrier": None, "file": None, "anyway": False} | given)
    )


def bill(tmp_path, text):
    path = tmp_path / "bill.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_bill_that_agrees(tmp_path, capsys):
    intent = paid_order(trade.open_market())
    file = bill(tmp_path, f"{HEADER}pay,{intent.code},100.00,0.60,CNY\n")
    given = arguments(provider="sandbox", day=PAID_ON, file=file)
    assert reconcile.run(given) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"sandbox {PAID_ON}: 1 rows, 1 matched, all matched",
        "  CNY: in 100.00, back 0.00, kept 0.60, paid out 99.40",
        "Nothing is open.",
    ]
    assert reconcile.run(given) == 0
    assert "known already" in capsys.readouterr().out
    assert Bill.objects.count() == 1


def test_a_bill_that_differs(tmp_path, capsys):
    intent = paid_order(trade.open_market())
    file = bill(tmp_path, f"{HEADER}pay,{intent.code},99.00,0,CNY\n")
    assert reconcile.run(arguments(provider="sandbox", day=PAID_ON, file=file)) == 1
    said = capsys.readouterr().out
    assert "0 matched, 1 open" in said
    assert f"sandbox amount: {intent.code}, here 100.00 CNY, there 99.00 CNY" in said


def test_rows_that_cannot_be_read(tmp_path, capsys):
    paid_order(trade.open_market())
    file = bill(tmp_path, f"{HEADER}pay,a,x,0,CNY\n")
    assert reconcile.run(arguments(provider="sandbox", day=PAID_ON, file=file)) == 1
    said = capsys.readouterr().out
    assert "bill.csv:2 amount: “x” is no amount in CNY." in said
    assert not Bill.objects.exists()


def test_a_carriers_bill(tmp_path, capsys):
    file = bill(tmp_path, "tracking,amount,date\nSF404,8,2026-05-02\n")
    with pytest.raises(CannotRun, match=r"Is the name right\?.*--anyway"):
        reconcile.run(arguments(carrier="顺丰", file=file))
    assert not Bill.objects.exists()
    assert reconcile.run(arguments(carrier="顺丰", file=file, anyway=True)) == 1
    said = capsys.readouterr().out
    assert "freight 8.00" in said
    assert "顺丰 missing here: SF404, there 8.00 CNY" in said


def test_another_days_bill_is_taken_in_only_by_who_insists(tmp_path):
    intent = paid_order(trade.open_market())
    file = bill(tmp_path, f"{HEADER[:-1]},happened_at\npay,{intent.code},100,0,CNY,{PAID_ON}\n")
    given = arguments(provider="sandbox", day=PAID_ON - trade.DAY, file=file)
    with pytest.raises(CannotRun, match=f"they are of {PAID_ON}.*--anyway"):
        reconcile.run(given)
    assert not Bill.objects.exists()
    given.anyway = True
    reconcile.run(given)
    assert Bill.objects.get().day == PAID_ON - trade.DAY


def test_a_provider_that_nobody_pays_through_is_named_with_those_in_use(tmp_path):
    paid_order(trade.open_market())
    for given in (arguments(provider="nobody"), arguments(provider="nobody", day=PAID_ON)):
        with pytest.raises(CannotRun, match=r"through nobody\. Name one of: sandbox"):
            reconcile.run(given)


def test_a_refusal_is_told_in_the_language_of_the_command(tmp_path):
    intent = paid_order(trade.open_market())
    file = bill(tmp_path, f"{HEADER}pay,{intent.code},100,0,CNY\n")
    with translation.override("zh-hans"):
        reconcile.run(arguments(provider="sandbox", day=PAID_ON, file=file))
        file.write_text(f"{HEADER}pay,{intent.code},99,0,CNY\n")
        with pytest.raises(CannotRun, match="is in and stays"):
            reconcile.run(arguments(provider="sandbox", day=PAID_ON, file=file))


def test_a_carriers_bill_says_its_days_itself(tmp_path):
    file = bill(tmp_path, "tracking,amount,date\nSF404,8,2026-05-02\n")
    with pytest.raises(CannotRun, match="leave out --day and --provider"):
        reconcile.run(arguments(carrier="顺丰", file=file, day=date(2026, 5, 2)))
    assert not Bill.objects.exists()


def test_nothing_new(capsys):
    assert reconcile.run(arguments()) == 0
    assert capsys.readouterr().out == "No new bill is out.\nNothing is open.\n"


@pytest.mark.parametrize(
    "given",
    [
        {"carrier": "顺丰"},
        {"carrier": "顺丰", "provider": "sandbox"},
        {"file": "bill.csv"},
        {"file": "bill.csv", "provider": "sandbox"},
        {"file": "bill.csv", "provider": "sandbox", "day": date(2026, 5, 1)},
    ],
)
def test_what_is_not_enough_to_go_by(tmp_path, given):
    if "file" in given:
        given = given | {"file": tmp_path / "nowhere.csv"}
    with pytest.raises(CannotRun):
        reconcile.run(arguments(**given))
