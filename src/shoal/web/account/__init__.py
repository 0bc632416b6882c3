"""Signing in: phone and code, staff with a second factor, invitations, one's own data."""
