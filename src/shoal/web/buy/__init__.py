"""The customer's face: a keeper's shop, the cart, the checkout, her orders."""
