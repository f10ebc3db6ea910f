"""The daemon on the Pi: reads the devices, keeps every reading on disk, sends it on."""
