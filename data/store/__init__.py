"""Sealed documents and columns."""
