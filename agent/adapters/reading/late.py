"""Libraries that a module imports and calls for few documents: they are loaded when it calls them.

pdfminer imports a library of ciphers, which PDFs with a password need, and one that guesses the encoding of text. The
fork server would hold 9 MB for them, and each child would be forked with them.
"""

import importlib
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Late(types.ModuleType):
    """Stands in for a module, or for what has this path in it. Nothing is loaded before the first call."""

    def __init__(self, module: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(module)
        self._module = module
        self._path = path

    def __getattr__(self, name: str) -> "Late":
        if name.startswith("__"):
            raise AttributeError(name)  # the import system's questions
        return Late(self._module, (*self._path, name))

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        meant: Any = importlib.import_module(self._module)
        for name in self._path:
            meant = getattr(meant, name)
        return meant(*arguments, **named)


@contextmanager
def loaded_when_called(*modules: str) -> Iterator[None]:
    """Give whoever imports these in the block a stand-in; one that is loaded already stays what it is."""
    standing_in = {name: Late(name) for name in modules if name not in sys.modules}
    sys.modules.update(standing_in)
    try:
        yield
    finally:
        for name in standing_in:
            del sys.modules[name]
