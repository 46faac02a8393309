"""What a disk refuses to a command, which goes on by itself no more than its reader does."""

import contextlib
from collections.abc import Iterator

from agent import errors
from agent.domain.phrase import Phrase
from agent.durable import FULL, storage_errors


@contextlib.contextmanager
def refusals(what: Phrase, *, where_full: str) -> Iterator[None]:
    """Turn what the kernel refuses into an error of the tree.

    Args:
        what: the sentence, to which the kernel's word is added.
        where_full: what to do where there is no room.

    Raises:
        StorageUnavailable: in place of every OSError.
    """
    try:
        with storage_errors(what):
            yield
    except errors.StorageUnavailable as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno in FULL:
            raise errors.StorageUnavailable(error.said, hint=where_full) from error
        raise
