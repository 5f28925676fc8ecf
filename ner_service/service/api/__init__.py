"""What a client meets: routes, bodies, answers, errors, keys, and the layers around them."""
