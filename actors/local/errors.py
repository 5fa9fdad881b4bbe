"""What can go wrong with the one-machine platform; every message says how to mend it."""


class LocalError(Exception):
    """The platform cannot be started, reached or stopped for a reason a person can mend."""
