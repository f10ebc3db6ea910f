"""Words of people and devices for Plotly, which reads tags (a link among them) and templates in every text."""

from __future__ import annotations

LOOKALIKES = str.maketrans({"<": "‹", ">": "›"})


def plain(text: str) -> str:
    """The text as Plotly shows it and takes it for nothing else."""
    return text.translate(LOOKALIKES).replace("%{", "% {")
