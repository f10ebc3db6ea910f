"""CSV files of any program."""
