"""Prints the story, or with `--document` the page in the manual that tells it."""

import sys

from docs.examples.day_in_the_life.chapters import as_document, as_text, played


def main(arguments: list[str]) -> int:
    """Play the story and print it."""
    if arguments not in ([], ["--document"]):
        sys.stderr.write(f"{(__doc__ or '').strip()}\n")
        return 2
    stage = played()
    sys.stdout.write(as_document(stage) if arguments else as_text(stage))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
