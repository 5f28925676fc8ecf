"""A net of ours runs in a browser from one file, which is made here."""
