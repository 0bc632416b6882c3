"""Traffic: shares, and the decision who earned an order."""
