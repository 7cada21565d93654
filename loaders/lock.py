"""One writer at a time in a store on disk; the lock falls with its process, however that ends."""

from __future__ import annotations

import errno
import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from concerns.schema import StoreError

_POLL_S = 0.05


@contextmanager
def writing(folder: Path, *, wait_s: float = 1800.0) -> Iterator[None]:
    """Hold the store's writer lock; wait for another writer to finish.

    Raises StoreError: the folder cannot be written, or another writer held it longer than `wait_s`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / ".writer.lock").open("a")
    except OSError as error:
        hint = "Give the account that loads write permission, or choose another --store."
        raise StoreError(f"The store cannot be written ({error.strerror}).", where=folder.name, hint=hint) from error
    with handle:
        until = time.monotonic() + wait_s
        while not _taken(handle.fileno()):
            if time.monotonic() > until:
                raise StoreError("Another load is still running.", where=folder.name, hint="Try again when it is done.")
            time.sleep(_POLL_S)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True
