"""Backend `rules` finds phrases and patterns that users wrote, alone or in front of a tagger."""
