"""影像: photographs as evidence, from bytes and coordinates alone."""
