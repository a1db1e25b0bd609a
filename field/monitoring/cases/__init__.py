"""案子: the ladder from the first signal until the risk is gone, and the revisits after it."""
