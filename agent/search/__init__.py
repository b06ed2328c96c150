"""Search: embeddings, indexes in Chroma, words, and customers ranked by both."""
