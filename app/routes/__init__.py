"""What a route for programs is: its address, parameters and schemas."""
