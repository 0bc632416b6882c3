"""Conversations: who answers whom."""
