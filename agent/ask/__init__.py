"""Questions: planned as conditions, counted exactly, answered with evidence."""
