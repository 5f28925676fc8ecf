"""Forms read, annotate and write the files of a bulk job, a module for each kind of format."""
