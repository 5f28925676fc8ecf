"""Taggers: a module a backend, which turns a library into a `Tagger`, and the registry."""
