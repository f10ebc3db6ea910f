"""What is stored, the way in and the way out.  Importing this package imports nothing else, so the Pi stays light."""
