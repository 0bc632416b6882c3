"""The keeper's face: her day, goods, orders, customers and her shop, on a phone."""
