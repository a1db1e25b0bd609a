"""报表: what is exported, and sheets that come back filled in."""
