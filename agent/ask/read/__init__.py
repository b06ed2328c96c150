"""The readers: each takes from a question the words that it understands."""
