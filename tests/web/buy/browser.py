"""What every browser of today says about a form of our own page; how tests sign in."""

HERE = {"sec-fetch-site": "same-origin"}
BACKEND = "shoal.web.account.backend.PeopleBackend"
HOME = {
    "recipient": "李爱丽", "phone": "13800000011", "region": "330000", "city": "杭州市",
    "district": "西湖区", "street": "海边路 1 号",
}  # fmt: skip
