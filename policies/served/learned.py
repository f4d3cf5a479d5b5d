"""What only use tells of a server, kept between runs: fields it won't have, what it holds replies to, limits."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, cast

KEPT_S = 7 * 24 * 3600.0
VERSION = 1


@dataclass(slots=True)
class Learned:
    """Args:
    refused: optional fields of a request that it won't have; "roles": messages must alternate.
    holds: by way of holding a reply to a shape (`holding.py`), whether it was proven to work.
    reasoning: the field that thoughts come in; "" while none came.
    pictures, picture_px: the most in a request, the largest; None: never met.
    plain_calls: its parser of tool calls lost a reply, so it is asked not to parse.
    """

    refused: list[str] = field(default_factory=list[str])
    holds: dict[str, bool] = field(default_factory=dict[str, bool])
    reasoning: str = ""
    pictures: int | None = None
    picture_px: int | None = None
    plain_calls: bool = False


class Memory:
    """A small JSON file of what was learned, by server. Lost or broken, it is only learned again."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def load(self, key: str) -> Learned:
        entry = self._read().get(key, {})
        age = time.time() - entry.get("at", 0)
        if not 0 <= age < KEPT_S:
            return Learned()
        return _checked(entry.get("learned"))

    # What the same server started with other flags may not have is not kept: learn_limit says it anew.
    def save(self, key: str, learned: Learned) -> None:
        if self._path is None:
            return
        now = time.time()
        entries = {name: entry for name, entry in self._read().items() if now - entry.get("at", 0) < KEPT_S}
        # The age counts from the first learning, or what was once true would be believed for ever.
        at = entries.get(key, {}).get("at", now)
        entries[key] = {"at": at, "learned": {**asdict(learned), "pictures": None, "picture_px": None}}
        # A cache that can't be written costs a few requests, no run.
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"version": VERSION, "servers": entries}, file, indent=1)
            Path(name).replace(self._path)

    def _read(self) -> dict[str, dict[str, Any]]:
        if self._path is None:
            return {}
        try:
            value: Any = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(value, dict) or cast(dict[str, Any], value).get("version") != VERSION:
            return {}
        servers: Any = cast(dict[str, Any], value).get("servers")
        if not isinstance(servers, dict):
            return {}
        found = cast(dict[str, Any], servers)
        return {name: entry for name, entry in found.items() if _is_entry(entry)}


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(cast(dict[str, Any], entry).get("at"), int | float)


def _checked(value: Any) -> Learned:
    """Only fields of the right type; a file that somebody edited is no reason to fail."""
    fresh = Learned()
    given = cast(dict[str, Any], value) if isinstance(value, dict) else {}
    for each in fields(Learned):
        had = given.get(each.name)
        wanted = type(getattr(fresh, each.name))
        if had is not None and (type(had) is wanted or (wanted is type(None) and isinstance(had, int))):
            setattr(fresh, each.name, had)
    return fresh


def cache_file() -> Path:
    """Where the user's caches are: XDG_CACHE_HOME or ~/.cache, ~/Library/Caches, %LOCALAPPDATA%."""
    if sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Caches"
    else:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "screenwright" / "servers.json"
