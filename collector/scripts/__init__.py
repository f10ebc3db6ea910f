"""The owner's classes for scripts."""
