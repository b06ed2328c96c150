"""Search: embeddings and the Chroma index."""
