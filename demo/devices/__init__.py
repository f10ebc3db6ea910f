"""What the devices of the virtual site say."""
