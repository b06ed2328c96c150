"""Data in: mapping files, readers, cleaning with quarantine, the store, the warehouse."""
