"""Users, their sensors and keys, and what is noted of what they do."""
