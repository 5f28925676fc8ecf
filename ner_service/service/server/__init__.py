"""The HTTP server: one process under uvicorn, or several under gunicorn."""
