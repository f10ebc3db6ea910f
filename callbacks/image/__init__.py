"""The graph as an image drawn on the server."""
