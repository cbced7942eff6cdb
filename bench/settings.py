"""The production settings as they are, with one more address: a view that does nothing, to compare with."""

from duitpos.settings import *  # noqa: F403 - all of them, whatever they are

ROOT_URLCONF = "bench.urls"
