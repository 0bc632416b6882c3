"""Shops: who keeps one, how it looks, whether it is open."""
