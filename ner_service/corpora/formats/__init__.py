"""The forms in which annotated documents are read and written, a module a form."""
