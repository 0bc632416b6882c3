"""Reconciliation: our books held against the bills of payment providers and carriers."""
