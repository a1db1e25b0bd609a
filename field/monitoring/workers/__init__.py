"""务工: who is asked when, what workers answer, and how fresh it is."""
