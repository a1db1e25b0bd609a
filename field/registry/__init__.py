"""户籍与人员: who and where; regions, households, people, staff, and what hides their numbers."""
