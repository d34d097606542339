"""What the build says when it cannot go on."""


class BuildError(Exception):
    """The model cannot be built; the message is one sentence a person can act on."""
