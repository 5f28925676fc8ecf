"""Each format of annotated documents is a module; `format` has the table of them."""
