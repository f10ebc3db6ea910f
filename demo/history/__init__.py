"""The past of the virtual site, loaded."""
