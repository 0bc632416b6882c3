"""The demo world: brands, shops, customers and orders from a seed, through the operations."""
