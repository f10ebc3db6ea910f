"""The present of the virtual site."""
