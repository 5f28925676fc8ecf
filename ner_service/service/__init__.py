"""This package is the HTTP service, from the server down to the queues of the taggers."""
