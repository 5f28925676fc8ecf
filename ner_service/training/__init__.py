"""Training of the BiLSTM-CRF on the user's own labels."""
