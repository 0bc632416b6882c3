"""Shared ground: money, ids, clock, locks, errors, events and the vault. Knows no commerce."""
