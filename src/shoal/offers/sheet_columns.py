"""What the product sheet's columns are called, in English and Chinese.

docs/reference/product-sheet.md says what they mean.
"""

from collections.abc import Iterable, Mapping

from django.conf import settings

from shoal.kit.errors import Refused

LANGUAGES = ("zh", "en")
MOST_ATTRIBUTES = 3

# Each column and what Chinese people may call it in the first row.
COLUMNS: Mapping[str, str] = {
    "product": "货号",
    "title_zh": "中文标题",
    "title_en": "英文标题",
    "description_zh": "中文描述",
    "description_en": "英文描述",
    "category": "类目",
    "freight": "运费模板",
    **{
        f"{what}_{place}_{language}": f"{zh}{place}{of}"
        for place in range(1, MOST_ATTRIBUTES + 1)
        for what, zh in (("attribute", "规格"), ("value", "规格值"))
        for language, of in (("zh", "中文"), ("en", "英文"))
    },
    "sku": "sku编号",
    "barcode": "条码",
    "weight_g": "重量克",
    "available": "可售库存",
    "units_to_add": "入库数量",
    "delivery": "入库单号",
    "supply_price": "供货价",
    "sale_price": "销售价",
    "floor_price": "最低价",
    "cap_price": "最高价",
    "commission_percent": "佣金比例",
    "list_price": "划线价",
    "per_customer": "每人限购",
}
# What stands in the sheet once more for each further currency: "sale_price_JPY", "销售价JPY".
AMOUNTS = ("supply_price", "sale_price", "floor_price", "cap_price", "list_price")


class ColumnsMissing(Refused):
    """The first row lacks the columns: {columns}."""

    code = "columns_missing"


class ColumnsUnknown(Refused):
    """The first row has columns that mean nothing here: {columns}."""

    code = "columns_unknown"


def further_currencies(*, own: str) -> list[str]:
    """This will list the market's currencies besides `own`."""
    return [currency for currency in settings.SHOAL_CURRENCIES if currency != own]


def columns_for(*, currency: str) -> dict[str, str]:
    """This will list the columns of a brand that sells in `currency`, English to Chinese."""
    return dict(COLUMNS) | {
        f"{name}_{further}": f"{COLUMNS[name]}{further}"
        for further in further_currencies(own=currency)
        for name in AMOUNTS
    }


def columns_of(header: Iterable[str], *, currency: str) -> dict[str, str]:
    """This will map the names in a sheet's first row to ours, English or Chinese.

    `currency` is the brand's. Raises ColumnsUnknown, or ColumnsMissing without product, SKU and
    category.
    """
    known = columns_for(currency=currency)
    by_chinese = {zh.lower(): name for name, zh in known.items()}
    by_name = {name.lower(): name for name in known}
    names = {name: by_name.get(name) or by_chinese.get(name, "") for name in header}
    unknown = [name for name, ours in names.items() if not ours]
    if unknown:
        raise ColumnsUnknown(columns=", ".join(unknown))
    missing = [name for name in ("product", "sku", "category") if name not in names.values()]
    if missing:
        raise ColumnsMissing(columns=", ".join(missing))
    return names
