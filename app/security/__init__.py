"""Identity of the sender of a request, and permissions."""
