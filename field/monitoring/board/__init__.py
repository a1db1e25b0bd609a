"""看板: a region in figures, today and on a past day."""
