"""Admission: when more want to order than can be served, they wait in a line that keeps places."""
