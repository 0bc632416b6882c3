"""Realtime: facts on their way through NATS, and on the disk while NATS is away. No commerce."""
