"""The graph pages: their layout, their controls, their styles."""
