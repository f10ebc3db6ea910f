"""Emus G1 battery management system."""
