"""The posting and reading routes of the first site."""
