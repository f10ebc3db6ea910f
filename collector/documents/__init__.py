"""Readings to the documents that the site takes."""
