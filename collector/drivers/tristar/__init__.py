"""Morningstar TriStar MPPT charge controller."""
