"""Coupons, threshold gifts and bundle prices: who may have them, what they take off, who pays."""
