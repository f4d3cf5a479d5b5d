"""The files of the simulated phone, in memory: what is pushed, pulled, dumped and captured."""

from __future__ import annotations

import stat
import threading
import time
from dataclasses import dataclass, field
from pathlib import PurePosixPath

FOLDERS = ("/", "/data", "/data/local", "/data/local/tmp", "/sdcard", "/sdcard/Download", "/dev", "/system")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file: its content, permissions and when it was last written (whole seconds since 1970)."""

    data: bytes
    mode: int = 0o644
    seconds: int = field(default_factory=lambda: int(time.time()))


class Files:
    """Paths and what they hold. Folders exist where a file lies in them, or were made."""

    def __init__(self) -> None:
        self._files: dict[str, Kept] = {}
        self._folders: set[str] = set(FOLDERS)
        self._lock = threading.Lock()

    def read(self, path: str) -> bytes:
        """Raises FileNotFoundError, IsADirectoryError; the text is what a phone's programs say."""
        kept = self._files.get(clean(path))
        if kept is None:
            if self.is_folder(path):
                raise IsADirectoryError("Is a directory")
            raise FileNotFoundError("No such file or directory")
        return kept.data

    def write(self, path: str, data: bytes, mode: int = 0o644) -> None:
        """Raises PermissionError outside /data/local/tmp and /sdcard, as for adb's own user."""
        path = clean(path)
        if path == "/dev/null":
            return
        if not path.startswith(("/data/local/tmp/", "/sdcard/")):
            raise PermissionError("Permission denied")
        with self._lock:
            self._files[path] = Kept(data, mode)
            self._folders.update(str(parent) for parent in PurePosixPath(path).parents)

    def remove(self, path: str) -> bool:
        """Whether there was such a file or folder; a folder goes with what lies in it."""
        path = clean(path)
        with self._lock:
            inside = [name for name in self._files if name == path or name.startswith(path + "/")]
            for name in inside:
                del self._files[name]
            known = path in self._folders
            self._folders.discard(path)
        return bool(inside) or known

    def make_folder(self, path: str) -> None:
        self._folders.update((clean(path), *(str(parent) for parent in PurePosixPath(clean(path)).parents)))

    def is_folder(self, path: str) -> bool:
        return clean(path) in self._folders

    def status(self, path: str) -> tuple[int, int, int]:
        """(mode, size, seconds), all 0 where nothing is: what adb's STAT answers."""
        kept = self._files.get(clean(path))
        if kept:
            return stat.S_IFREG | kept.mode, len(kept.data), kept.seconds
        if self.is_folder(path):
            return stat.S_IFDIR | 0o755, 4096, 1
        return 0, 0, 0

    def names(self, path: str) -> list[str]:
        """The names in a folder, sorted."""
        path = clean(path)
        found = {PurePosixPath(name).name for name in (*self._files, *self._folders) if _folder(name) == path}
        return sorted(found - {""})


def clean(path: str) -> str:
    """An absolute path without doubled or trailing slashes; /storage/emulated/0 is /sdcard."""
    tidy = "/" + "/".join(part for part in path.split("/") if part not in ("", "."))
    return tidy.replace("/storage/emulated/0", "/sdcard", 1)


def _folder(name: str) -> str:
    return str(PurePosixPath(name).parent) if name != "/" else ""
