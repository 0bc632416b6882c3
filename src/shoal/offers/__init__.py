"""Offers: SKUs for sale on terms, in flash sales or standing."""
