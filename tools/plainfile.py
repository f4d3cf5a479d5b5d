"""Files that people and strangers give us, read no further than they can be meant.

`Path.read_text` reads /dev/zero until the memory is full, and waits for ever at a pipe that nobody writes into.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from screenwright.tools.errors import BadScript


def text_of(path: Path, most_bytes: int) -> str:
    """A file in UTF-8, with or without a mark. OSError, UnicodeDecodeError; BadScript: it is longer."""
    return bytes_of(path, most_bytes).decode("utf-8-sig")


def bytes_of(path: Path, most_bytes: int) -> bytes:
    """All of a file. OSError; BadScript: it is longer."""
    with path.open("rb") as file:
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise BadScript(
            f"{path} has more than {most_bytes:,} bytes; nothing that long is read: is it the right file?"
        )
    return data


def own_file(path: Path) -> Path:
    """The path, if a plain file is there and no link: what a stranger's folder may hold. Else OSError."""
    kind = os.lstat(path).st_mode
    if not stat.S_ISREG(kind):
        raise OSError(f"{path} is no plain file")
    return path
