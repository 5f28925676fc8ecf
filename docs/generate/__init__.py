"""Functions that print the generated parts of the documentation; cog calls them (`make docs`)."""
