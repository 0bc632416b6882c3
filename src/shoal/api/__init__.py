"""JSON API and incoming webhooks."""
