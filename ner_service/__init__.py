"""Named-entity recognition for Russian: taggers, training, benchmark and an HTTP service."""

__version__ = "0.1.0"
