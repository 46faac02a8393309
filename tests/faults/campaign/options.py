"""What a campaign is told on its command line, and how it begins once more in namespaces of its own."""

import argparse
import os
import random
import sys
from collections.abc import Collection, Sequence
from typing import NoReturn

INSIDE = "--inside"


def parser_of(module: str, description: str, kinds: Collection[str]) -> argparse.ArgumentParser:
    """The options that every campaign has; `wanted` reads which kinds were chosen."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--only", default=",".join(kinds), metavar="KIND,...", help=f"of {', '.join(kinds)}")
    parser.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    return parser


def wanted(parser: argparse.ArgumentParser, only: str, kinds: Collection[str]) -> list[str]:
    """The kinds that were chosen; ends the program where one is unknown."""
    chosen = only.split(",")
    if strange := sorted(set(chosen) - set(kinds)):
        parser.error(f"no such kind of fault: {', '.join(strange)}")
    return chosen


def begin_inside(way: Sequence[str], module: str, seed: int) -> NoReturn:
    """Become the same campaign, with the same seed, through a command that makes namespaces."""
    again = [sys.executable, "-m", module, *sys.argv[1:], "--seed", str(seed), INSIDE]
    os.execvp(way[0], [*way, *again])
