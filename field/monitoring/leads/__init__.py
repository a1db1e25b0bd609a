"""线索: what came in that somebody should look into, from whom, and what became of it."""
