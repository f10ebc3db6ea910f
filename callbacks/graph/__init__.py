"""The graph pages."""
