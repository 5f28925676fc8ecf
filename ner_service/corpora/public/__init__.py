"""Public corpora have a catalogue, and a converter for each form of publication."""
