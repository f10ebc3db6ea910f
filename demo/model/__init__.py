"""The site as one machine."""
