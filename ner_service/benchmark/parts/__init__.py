"""What is measured, a module a part."""
