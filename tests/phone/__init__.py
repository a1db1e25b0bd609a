"""手机: the phone form in a real browser, and its rules under node."""
