"""The processes that are measured, and those that load them."""
