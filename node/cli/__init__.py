"""The command `amanat`. `commands` declares the tree; each command's work is a file of its own.

What a command needs is imported when it runs, so that `amanat --help` stays quick.
"""

import sys


def main() -> None:
    """Run the command line; failures are one line and an exit code, never a traceback."""
    from amanat.client.signing_failed import SigningFailed
    from amanat.node.cli.commands import app
    from amanat.node.cli.failure import ExitCode, Failure

    try:
        app()
    except Failure as failure:
        sys.stderr.write(f"amanat: {failure}\n")
        sys.exit(int(failure.code))
    except SigningFailed as failed:
        sys.stderr.write(f"amanat: {failed}\n")
        sys.exit(int(ExitCode.USAGE))
    except BrokenPipeError:
        sys.exit(0)
