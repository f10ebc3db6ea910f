"""What single kinds of device offer to the commands."""
