"""后台活: what the worker does with files and lists, each beside the table of work."""
