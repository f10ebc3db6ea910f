"""The pages that are plain forms and tables: accounts, keys, sensors, administration."""
