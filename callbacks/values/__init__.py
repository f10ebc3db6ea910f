"""The pages of single values."""
