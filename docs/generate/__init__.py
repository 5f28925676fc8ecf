"""The generated parts of the documentation's pages, for the cog blocks that hold them."""
