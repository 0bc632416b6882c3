"""Payments: intents, providers and their notices, refunds."""
