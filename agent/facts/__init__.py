"""Facts: the catalogue of fields, purchase facts, affinities, the fact sheet."""
