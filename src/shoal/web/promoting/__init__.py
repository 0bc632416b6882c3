"""Promotions as brand, keeper and operator make and watch them, and as everybody reads them."""
