"""Accounts and transfers: double entry."""
