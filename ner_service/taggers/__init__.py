"""Each tagger's module turns a library into a `Tagger`; the registry knows them all."""
