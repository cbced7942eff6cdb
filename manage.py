#!/usr/bin/env python
"""Django's own commands (migrate, shell, makemigrations ...) on this checkout's settings."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.umask(0o077)  # what it writes is for nobody else, as with the `duitpos` command (kit/private_files.py)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duitpos.settings")
    execute_from_command_line(sys.argv)
