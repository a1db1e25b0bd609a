"""动态监测台账: what was seen and done, as an append-only chain per household."""
