"""The BiLSTM-CRF: features, net, and the folder that holds a trained one."""
