"""The language model: its files, its server process, and the client."""
