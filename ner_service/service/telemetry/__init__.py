"""This room shows operators the service in log lines, metrics and traces, and never a text."""
