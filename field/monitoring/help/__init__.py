"""帮扶: plans and measures, partners and their ties, and the village's fund."""
