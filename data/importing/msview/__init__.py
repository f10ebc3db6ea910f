"""Exports of MSView, the TriStar's own program."""
