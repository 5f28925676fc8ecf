"""The making of models beside training: cards, averaging, and transfer from another model."""
