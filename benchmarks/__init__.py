"""Scripts that print numbers; `make bench` runs them all."""
