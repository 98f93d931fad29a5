"""Is anything lost, and does anybody get in? The app is broken on purpose, many times."""
