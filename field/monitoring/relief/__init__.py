"""救助: bills, what each layer pays on them, and whom drugs cost money for long."""
