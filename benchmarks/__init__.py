"""What each tagger finds, what it costs, and what it withstands, in numbers that can be checked.

Uses only what a user of the package has: its public functions, its command line, HTTP.
"""
