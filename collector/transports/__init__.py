"""Moving bytes: each file knows one kind of line and no metric."""
