"""Keys say by their hashes whose they are, and who of them may operate the service."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass
class Keys:
    """The keys have names by their hashes; a reload changes them.

    An admin's key may do all that any key may. Where there are only admins', the other routes
    need none.
    """

    names: Mapping[str, str]
    admins: Mapping[str, str]

    def name_of(self, key: bytes, admins_only: bool = False) -> str | None:
        """Returns whose key it is; compares with every key in constant time."""
        hash = hashlib.sha256(key).hexdigest()
        names = self.admins if admins_only else {**self.names, **self.admins}
        found = [name for other, name in names.items() if hmac.compare_digest(hash, other)]
        return found[0] if found else None
