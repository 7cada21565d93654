"""Inside the process that parses an untrusted file: limits first, then the work, then one JSON object as the answer."""

from __future__ import annotations

import errno
import json
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

from concerns.schema import FileReason

NO_MEMORY, NO_ROOM = "MEMORY", "ROOM"
_MB = 1_000_000
_MAPPED_MB = 2_000  # shared libraries are mapped, not used up
_SPOOL_MB = 900
_FILES = 64


class RefusedError(Exception):
    """The file is refused; the calling process makes an `UnreadableFile` of it."""

    def __init__(self, code: FileReason | str, what: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.answer = {"refused": str(code), "what": what, "hint": hint}


def confine(*, memory_mb: int, seconds: int) -> None:
    """Limit this process for good: memory, CPU time, size of files, open files; no core dump, no further process."""
    for what, most in (
        (resource.RLIMIT_DATA, memory_mb * _MB),
        (resource.RLIMIT_AS, (memory_mb + _MAPPED_MB) * _MB),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, _SPOOL_MB * _MB),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def serve(work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Read the request, do the work within its limits, and write the answer."""
    answer_to = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    request = json.loads(sys.stdin.buffer.read())
    confine(memory_mb=request["memory_mb"], seconds=request["seconds"])
    with os.fdopen(answer_to, "wb") as stream:
        stream.write(json.dumps(attempt(work, request)).encode())


def attempt(work: Callable[[dict[str, Any]], dict[str, Any]], request: dict[str, Any]) -> dict[str, Any]:
    """Do the work; give what it found, or why the file is refused."""
    try:
        return {"found": work(request)}
    except RefusedError as error:
        return error.answer
    except MemoryError:
        return {"refused": NO_MEMORY}
    except OSError as error:
        if error.errno == errno.EFBIG:
            what, hint = "The file unpacks to more than is allowed.", "Save it as CSV, or split it."
            return RefusedError(FileReason.DECOMPRESSION_LIMIT, what, hint).answer
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return {"refused": NO_ROOM}
        if error.errno == errno.EINVAL:  # a place before the start of the file, by the word of the file itself
            what, hint = "The file is damaged or was cut off.", "Copy or export it again."
            return RefusedError(FileReason.CORRUPT, what, hint).answer
        raise
