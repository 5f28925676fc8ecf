"""Public corpora: the catalogue, downloads, and what turns each into documents."""
