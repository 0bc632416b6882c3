"""Why a coupon is not given, or not taken off, in the words the customer reads."""

from shoal.kit.errors import Refused


class CouponGone(Refused):
    """All of these coupons have been claimed."""

    code = "coupon_gone"


class CouponHad(Refused):
    """You have claimed this coupon already. You find it among your coupons."""

    code = "coupon_had"


class ClaimClosed(Refused):
    """This coupon cannot be claimed at the moment."""

    code = "claim_closed"


class CouponUnknown(Refused):
    """We could not find this coupon among yours. Please choose another one."""

    code = "coupon_unknown"


class CouponUsed(Refused):
    """The coupon “{title}” is in use for another order. Please choose another one."""

    code = "coupon_used"


class CouponOver(Refused):
    """The coupon “{title}” is not valid any more. Please choose another one."""

    code = "coupon_over"


class CouponEarly(Refused):
    """The coupon “{title}” is not valid yet. Please choose another one."""

    code = "coupon_early"


class CouponStopped(Refused):
    """The coupon “{title}” was stopped by who gave it. Please choose another one."""

    code = "coupon_stopped"


class CouponBelow(Refused):
    """There are not yet enough goods in this order for the coupon “{title}”."""

    code = "coupon_below"


class CouponElsewhere(Refused):
    """The coupon “{title}” is not for these goods in this shop. Please choose another one."""

    code = "coupon_elsewhere"


class CouponTwice(Refused):
    """One order takes one coupon each of platform, brand and keeper. Please choose among them."""

    code = "coupon_twice"


class GiftGone(Refused):
    """The gift “{title}” has just run out. Please look at the order once more."""

    code = "gift_gone"
