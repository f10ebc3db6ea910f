"""A virtual Emus G1."""
