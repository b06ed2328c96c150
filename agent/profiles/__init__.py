"""Profiles: the writer, the checker, the build."""
