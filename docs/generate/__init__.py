"""The generated parts of the pages of `docs/` are made by functions of this folder."""
