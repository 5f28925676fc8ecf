"""This room has what a client meets: routes, bodies, answers, errors, keys and load shedding."""
