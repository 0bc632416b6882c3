"""The operator's face: what waits, who may sell, what runs, where an order and its money are."""
