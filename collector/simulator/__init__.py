"""Devices that answer with real bytes: for tests, demonstrations and work without hardware."""
