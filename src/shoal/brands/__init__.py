"""Brands: who supplies, with which papers, on which contract."""
