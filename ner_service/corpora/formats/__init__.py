"""Formats of annotated documents: a module each, and the table of them in `format`."""
