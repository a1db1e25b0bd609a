"""部门筛查: lists of departments, row by row, and what became of each."""
