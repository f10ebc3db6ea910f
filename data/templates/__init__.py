"""What the documents of a device have in common: texts to templates and numbers, and numbers to readings."""
