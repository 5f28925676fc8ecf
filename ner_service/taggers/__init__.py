"""The taggers: one module a backend, each of which turns a library into a `Tagger`."""
