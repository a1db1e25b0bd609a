"""数据质量: what is wrong with the data, and how it is put right."""
