"""`--ca`: by which certificate authorities a command trusts https addresses."""

import os
from pathlib import Path

from amanat.client.trust import CA_VARIABLE, TrustError, trusting
from amanat.node.cli.failure import Failure


def trust(file: Path) -> None:
    """Trust the certificate authorities in `file`, and no other, until this process ends.

    Raises:
        Failure: it cannot be used (2).
    """
    try:
        trusting(file)
    except TrustError as error:
        raise Failure(str(error)) from error
    # The variable is how the client is told, wherever in the program it is asked for.
    os.environ[CA_VARIABLE] = str(file.absolute())
