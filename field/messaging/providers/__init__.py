"""服务商: one file for each, which verifies, parses and sends; the only door to its library."""
