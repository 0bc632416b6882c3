"""The partners in China, each a small server of its own."""

from tests.partners.alipay import alipay, zhifubao  # noqa: F401 - fixtures
from tests.partners.wechat import wechat, weixin  # noqa: F401 - fixtures
