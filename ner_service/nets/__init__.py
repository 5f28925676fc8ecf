"""The BiLSTM-CRF: its features, the net in torch, and the folder of a trained model."""
