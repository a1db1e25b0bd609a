"""理解: what a reply in people's own words may mean; always proposed, never a fact before it is confirmed."""
