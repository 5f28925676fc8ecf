"""What operators see of the service: log lines, metrics and traces, and never a text."""
