"""Quantities, allotments, holds."""
