"""影像: tests on pictures made here and on real photographs beside the repository."""
