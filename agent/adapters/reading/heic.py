"""Whether pictures in HEIC can be read: their library is an extra, for its codec is large and newly written often.

The library itself is imported in a child that has such a picture before it, and nowhere else.
"""

import importlib.util

from agent.domain.formats import EVERYWHERE, Format

HOW_TO_HAVE_IT = "a HEIC picture; to have them read, install pillow-heif as README.md says"


def is_installed() -> bool:
    return importlib.util.find_spec("pillow_heif") is not None


def accepted_formats() -> tuple[Format, ...]:
    """What is read on this machine."""
    return (*EVERYWHERE, Format.HEIC) if is_installed() else EVERYWHERE
