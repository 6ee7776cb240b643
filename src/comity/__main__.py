"""Start the command line: ``python -m comity``."""

from comity.node.cli import main

if __name__ == "__main__":
    main()
