"""演示县: a real county's places with invented people, so that no page is empty."""
