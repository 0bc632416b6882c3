"""A real retailer's history, sold again through the operations that the web uses."""
