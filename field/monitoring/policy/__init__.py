"""政策包: what a county may set for itself, as dated data files, and which of them is in force on a day."""
