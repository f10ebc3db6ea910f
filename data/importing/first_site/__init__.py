"""The database of the first site."""
