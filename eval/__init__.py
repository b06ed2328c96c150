"""Is it right, is it fast: one file a question, with the alternatives beside it."""
