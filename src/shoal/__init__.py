"""Shoal (鱼群): a platform for decentralised social commerce."""

__version__ = "0.1.0"
