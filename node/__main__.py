"""`python -m amanat.node`: the command `amanat`."""

from amanat.node.cli import main

if __name__ == "__main__":
    main()
