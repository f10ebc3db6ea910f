"""A virtual TriStar MPPT."""
