"""``python -m dagbook``: the same program as the ``dagbook`` command."""

from dagbook.cli import main

if __name__ == "__main__":
    main()
