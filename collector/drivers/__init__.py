"""The devices: one table of numbers and names for each model, and the two engines that read the tables."""
