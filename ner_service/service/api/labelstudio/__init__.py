"""Label Studio asks here for predictions, and reports here what its annotators have marked."""
