"""待办: each person's list, how far it has risen, and who is told of it."""
