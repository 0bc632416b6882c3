"""Cart, order desk, order states, parcels."""
