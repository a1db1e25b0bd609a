"""风险: figures, rules and grades of households, one by one and county by county."""
