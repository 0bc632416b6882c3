"""Who is owed what from a paid order."""
