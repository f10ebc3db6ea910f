"""The commands at the prompt."""
