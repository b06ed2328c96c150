"""portrait: customer profiles that can be read, trusted, counted and acted on."""

__version__ = "0.1.0"
