"""Promises kept in a real browser, on one running demo that ends with the last of them."""
