"""名册: what a roster says of households, as it enters and beside their cases."""
