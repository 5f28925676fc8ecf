"""Public corpora: the catalogue, downloads, and a converter for each form of publication."""
