"""Victron MPPT charge controllers and BMV battery monitors, VE.Direct text mode."""
