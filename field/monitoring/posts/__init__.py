"""岗位: work handed over, deputies, and what a town's units are shown."""
