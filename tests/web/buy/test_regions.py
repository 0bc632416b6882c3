from django.utils.translation import override

from shoal.web.buy.regions import REGIONS, region_by_code, region_choices


def test_every_province_has_one_code_of_its_own():
    assert len(REGIONS) == 34
    assert len({region.code for region in REGIONS}) == 34
    assert all(region.code.isdecimal() and len(region.code) == 6 for region in REGIONS)


def test_names_follow_the_reader_and_parcels_stay_chinese():
    shanghai = region_by_code("310000")
    assert shanghai is not None
    with override("en"):
        assert shanghai.name == "Shanghai"
    with override("zh-hans"):
        assert shanghai.name == "上海市"
        assert ("310000", "上海市") in region_choices()
    assert shanghai.zh == "上海市"
    assert region_by_code("990000") is None
