"""保管: what is kept how long, backed up, restored, and lawfully taken out."""
