"""What happens where a signature was wanted and none came; light to import."""


class SigningFailed(Exception):  # noqa: N818 - what happened
    """What was called gave no signature of its key over the message."""
