"""Functions that make the generated parts of the pages; cog calls them from blocks in the pages."""
