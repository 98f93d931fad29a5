"""What one sync reads of a site: people, what they may use, and what they did."""
