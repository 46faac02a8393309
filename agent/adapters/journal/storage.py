"""What the disk refuses, as an error of ours."""

import contextlib
import os
from collections.abc import Iterator

from agent import errors


@contextlib.contextmanager
def storage_errors() -> Iterator[None]:
    """Translate `OSError`.

    Raises:
        StorageUnavailable: in its place.
    """
    try:
        yield
    except OSError as error:
        raise errors.StorageUnavailable(
            f"The journal can't be written or read: {os.strerror(error.errno or 0)}.",
            hint="Look at the free space and the owner of the folder logs/.",
        ) from error
