"""The virtual site: one physical model, its history, its present state, and a poster of its sensors."""
