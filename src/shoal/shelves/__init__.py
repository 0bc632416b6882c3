"""Shelves: what a shop shows, and at which markup."""
