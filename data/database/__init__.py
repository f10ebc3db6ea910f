"""The database: tables, engine, locks, backup."""
