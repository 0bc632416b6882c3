"""Bills from files, as people and their programs write them."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest

from shoal.catalog.spreadsheets import NotASheet, write_sheet
from shoal.reconciliation.own_formats import UnreadableBill
from shoal.reconciliation.sheets import (
    BillColumnsMissing,
    read_freight_bill,
    read_provider_bill,
)
from tests.partners.alipay import bill as alipay_bill
from tests.partners.wechat import bill as wechat_bill

DAY = date(2026, 6, 1)


def written(tmp_path, header, *rows: list[str], name="bill.csv"):
    path = tmp_path / name
    write_sheet(path, header, rows)
    return path


def faults(read):
    return [(fault.row, fault.column, fault.refusal.code) for fault in read.faults]


@pytest.mark.parametrize("name", ["bill.csv", "bill.xlsx"])
@pytest.mark.parametrize(
    "header",
    [
        ["kind", "code", "reference", "amount", "fee", "currency", "happened_at"],
        ["类型", "商户单号", "流水号", "金额", "手续费", "币种", "时间"],
    ],
)
def test_a_bill_is_read_in_both_languages(tmp_path, name, header):
    path = written(
        tmp_path,
        header,
        ["pay", "a1", "r1", "128.00", "0.77", "CNY", "2026-06-01 20:00:00"],
        ["退款", "`b2", "r2", "1,028", "-0.1", "", "2026-06-01T12:00:00Z"],
        ["费用", "", "m1", "", "5", "JPY", ""],
        name=name,
    )
    read = read_provider_bill(path=path, day=DAY)
    assert faults(read) == []
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    first, second, third = read.rows
    assert (first.kind, first.code, first.amount, first.fee) == ("pay", "a1", 12_800, 77)
    assert first.happened_at == noon == second.happened_at
    assert (second.kind, second.code, second.amount, second.fee) == ("refund", "b2", 102_800, -10)
    assert (third.kind, third.amount, third.fee, third.currency) == ("fee", 0, 5, "JPY")


def test_every_bad_row_is_named_with_its_column(tmp_path):
    path = written(
        tmp_path,
        ["kind", "code", "amount", "currency", "happened_at"],
        ["pay", "a1", "128.00", "", ""],
        ["gift", "a1", "128.00", "", ""],
        ["pay", "", "128.00", "", ""],
        ["pay", "a1", "128.005", "", ""],
        ["pay", "a1", "0", "", ""],
        ["pay", "a1", "-3", "", ""],
        ["pay", "a1", "3", "yuan", ""],
        ["pay", "a1", "3", "", "yesterday"],
        ["pay", "a" * 41, "3", "", ""],
        ["pay", "a1", "1e900000", "", ""],
    )
    read = read_provider_bill(path=path, day=DAY)
    assert len(read.rows) == 1
    assert faults(read) == [
        (3, "kind", "bill_kind_unknown"),
        (4, "code", "bill_no_number"),
        (5, "amount", "bill_no_amount"),
        (6, "amount", "bill_no_amount"),
        (7, "amount", "bill_no_amount"),
        (8, "currency", "bill_no_currency"),
        (9, "happened_at", "bill_no_moment"),
        (10, "code", "bill_number_too_long"),
        (11, "amount", "bill_no_amount"),
    ]


def test_freight_is_read_by_tracking_amount_and_date(tmp_path):
    path = written(
        tmp_path, ["运单号", "金额", "日期"], ["SF1", "8.5", "2026/6/1"], ["SF2", "x", ""]
    )
    read = read_freight_bill(path=path)
    assert [(row.tracking, row.amount, row.currency) for row in read.rows] == [("SF1", 850, "CNY")]
    assert faults(read) == [(3, "金额", "bill_no_amount")]


def test_wechats_own_bill_is_read_as_it_is(tmp_path):
    path = tmp_path / "bill.csv"
    at = "2026-06-01 20:00:00"
    paid = (at, "42000", "a1", "SUCCESS", "0", "0", "0.00", "0.77", "128.00")
    back = (at, "42000", "a1", "REFUND", "50000", "b2", "28.00", "-0.17", "0.00")
    path.write_text(f"\ufeff{wechat_bill(paid, back)}", encoding="utf-8")
    read = read_provider_bill(path=path, day=DAY)
    assert [(row.kind, row.code, row.amount, row.fee) for row in read.rows] == [
        ("pay", "a1", 12_800, 77),
        ("refund", "b2", 2_800, -17),
    ]
    path.write_text(wechat_bill(paid).split("总交易单数")[0], encoding="utf-8")
    with pytest.raises(UnreadableBill, match="WeChat Pay"):
        read_provider_bill(path=path, day=DAY)


@pytest.mark.parametrize("packed", [True, False])
def test_alipays_own_bill_is_read_as_it_is(tmp_path, packed):
    path = tmp_path / "bill"
    at = "2026-06-01 20:00:00"
    data = alipay_bill(
        ("2088", "a1", "交易", at, "128.00", "", "-0.77"),
        ("2088", "a1", "退款", at, "-28.00", "b2", "0.17"),
    )
    if not packed:
        with zipfile.ZipFile(io.BytesIO(data)) as files:
            data = files.read(files.namelist()[1])
    path.write_bytes(data)
    read = read_provider_bill(path=path, day=DAY)
    assert [(row.kind, row.code, row.amount, row.fee) for row in read.rows] == [
        ("pay", "a1", 12_800, 77),
        ("refund", "b2", 2_800, -17),
    ]


def test_a_broken_archive_is_nobodys_bill(tmp_path):
    path = tmp_path / "bill.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"cut off" * 20)
    with pytest.raises(NotASheet):
        read_provider_bill(path=path, day=DAY)


def test_columns_that_are_missing_are_named(tmp_path):
    path = written(tmp_path, ["tracking", "amount"], ["SF1", "8.5"])
    with pytest.raises(BillColumnsMissing, match=r"\(运单号\), amount \(金额\), date \(日期\)"):
        read_freight_bill(path=path)
