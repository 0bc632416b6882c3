"""Where parcels go: China's 34 province-level divisions, by their codes of GB/T 2260.

A code is what freight templates name by prefix; the name in Chinese is what a parcel carries.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import get_language


class Region(NamedTuple):
    """One division: its six-digit code, and its names."""

    code: str
    zh: str
    en: str

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.zh if (get_language() or "zh").startswith("zh") else self.en


_TABLE = """
11 北京市 Beijing
12 天津市 Tianjin
13 河北省 Hebei
14 山西省 Shanxi
15 内蒙古自治区 Inner Mongolia
21 辽宁省 Liaoning
22 吉林省 Jilin
23 黑龙江省 Heilongjiang
31 上海市 Shanghai
32 江苏省 Jiangsu
33 浙江省 Zhejiang
34 安徽省 Anhui
35 福建省 Fujian
36 江西省 Jiangxi
37 山东省 Shandong
41 河南省 Henan
42 湖北省 Hubei
43 湖南省 Hunan
44 广东省 Guangdong
45 广西壮族自治区 Guangxi
46 海南省 Hainan
50 重庆市 Chongqing
51 四川省 Sichuan
52 贵州省 Guizhou
53 云南省 Yunnan
54 西藏自治区 Tibet
61 陕西省 Shaanxi
62 甘肃省 Gansu
63 青海省 Qinghai
64 宁夏回族自治区 Ningxia
65 新疆维吾尔自治区 Xinjiang
71 台湾省 Taiwan
81 香港特别行政区 Hong Kong
82 澳门特别行政区 Macao
"""


def _read(line: str) -> Region:
    prefix, zh, en = line.split(maxsplit=2)
    return Region(f"{prefix}0000", zh, en)


REGIONS: Sequence[Region] = tuple(_read(line) for line in _TABLE.strip().splitlines())
_BY_CODE = {region.code: region for region in REGIONS}


def region_by_code(code: str) -> Region | None:
    """This will return the division with this code, or None."""
    return _BY_CODE.get(code)


def region_choices() -> list[tuple[str, str]]:
    """This will list code and name, with an empty first choice, for a form's select."""
    return [("", "—"), *((region.code, region.name) for region in REGIONS)]
