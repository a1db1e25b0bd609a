"""测量: how fast the house is, always beside a floor measured in the same run."""
