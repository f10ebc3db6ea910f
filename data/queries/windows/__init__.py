"""What a device measured in a window: samples, buckets, coverage, energy."""
