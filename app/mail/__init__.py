"""E-mails: their texts and their delivery."""
