"""故事: whole courses of things, from the first word to the last, through the doors that people use."""
