"""The brand's face: what it supplies, sells, ships and earns."""
