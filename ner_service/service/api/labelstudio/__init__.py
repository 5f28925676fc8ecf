"""Label Studio asks here for predictions, and tells here what its annotators have marked."""
