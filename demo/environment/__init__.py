"""What drives the model from outside: sky, weather, panels, loads."""
