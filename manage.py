#!/usr/bin/env python
"""Django's own commands (migrate, shell, makemigrations ...) on this checkout's settings: `duitpos manage`."""

import sys

from duitpos.cli import main

if __name__ == "__main__":
    sys.exit(main(["manage", *sys.argv[1:]]))
