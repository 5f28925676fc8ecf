"""What surrounds the weights: a model card, averaging, and transfer from another model."""
