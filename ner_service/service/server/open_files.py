"""Open files are limited by the system, and each connection is one."""

import logging
import resource

log = logging.getLogger(__name__)

OTHERS = 200  # libraries, logs, sockets between processes


def raise_file_limit(connections: int) -> None:
    """Lets the process open a file for each connection, or says that the system does not.

    Beyond its limit a process refuses connections in silence.
    """
    wanted = connections + OTHERS
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY or limit >= wanted:
        return
    if most == resource.RLIM_INFINITY or most > limit:
        limit = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
    if limit < wanted:
        log.warning(
            "NER_MAX_CONNECTIONS: %d connections need %d open files, and the system allows %d: "
            "raise ulimit -n, or let NER_MAX_CONNECTIONS be smaller",
            connections,
            wanted,
            limit,
        )
