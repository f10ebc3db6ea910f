"""The way in: documents to entries."""
