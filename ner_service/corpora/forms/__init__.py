"""Forms are the JSON values in which tools write an annotated text, whatever file holds them."""
