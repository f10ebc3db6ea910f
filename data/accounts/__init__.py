"""Users, their sensors and keys, and the audit log."""
