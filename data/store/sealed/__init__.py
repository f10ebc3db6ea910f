"""Entries to sealed days, and back."""
