"""The scrcpy server that a person supplies: which file, which version, and whether it is what it should be.

None is shipped: it is another project's program, and its protocol is its own affair, another one in each
version. So only versions whose sources were read are spoken to, and a file is run only with its checksum.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from screenwright.tools.errors import Ending

PATH, VERSION, SHA256 = "SCREENWRIGHT_SCRCPY", "SCREENWRIGHT_SCRCPY_VERSION", "SCREENWRIGHT_SCRCPY_SHA256"
VERSIONS = ("3.0", "3.0.1", "3.0.2", "3.1", "3.2", "3.3", "3.3.1", "3.3.2", "3.3.3", "3.3.4", "4.0", "4.1")
RELEASES = "github.com/Genymobile/scrcpy/releases"
WITHOUT = f"without scrcpy (unset {PATH}) the phone works too"


class NoScrcpy(Ending):
    """The scrcpy server can't be used; the message has the fix. Everything else of the phone still works."""


@dataclass(frozen=True, slots=True)
class ServerFile:
    """A server file as it was configured; nothing of it is looked at before `read`.

    Args:
        path: of the file, such as scrcpy-server-v4.1.
        version: of the server, without the v. It tells it to the server, which runs for no other.
        sha256: 64 hex digits, as the release page lists them.
    """

    path: Path
    version: str
    sha256: str

    @property
    def number(self) -> tuple[int, ...]:
        """The version, to be compared."""
        return tuple(int(part) for part in self.version.split("."))

    def read(self) -> bytes:
        """The file, once version and checksum were found right. NoScrcpy."""
        if self.version not in VERSIONS:
            raise NoScrcpy(
                f"{VERSION}={self.version!r} is no version of the scrcpy server that is known here: take one of "
                f"{VERSIONS[0]} to {VERSIONS[-1]} from {RELEASES}; {WITHOUT}"
            )
        if not re.fullmatch(r"[0-9a-fA-F]{64}", self.sha256):
            raise NoScrcpy(
                f"{SHA256}={self.sha256!r} is no SHA-256 checksum: write the 64 digits that {RELEASES} lists for "
                f"scrcpy-server-v{self.version}; {WITHOUT}"
            )
        try:
            data = self.path.expanduser().read_bytes()
        except OSError as error:
            raise NoScrcpy(
                f"{PATH}={str(self.path)!r} can't be read ({error.strerror}): download scrcpy-server-v"
                f"{self.version} from {RELEASES} and give its path; {WITHOUT}"
            ) from error
        found = hashlib.sha256(data).hexdigest()
        if found != self.sha256.lower():
            raise NoScrcpy(
                f"{self.path} has the checksum {found}, not {self.sha256.lower()} as {SHA256} says: it is another "
                f"file or was changed; download it again from {RELEASES}, or correct the checksum; {WITHOUT}"
            )
        return data


def configured(settings: Mapping[str, str] = os.environ) -> ServerFile | None:
    """What the environment says: SCREENWRIGHT_SCRCPY (a path), ..._VERSION and ..._SHA256; None without a path."""
    path = settings.get(PATH)
    if not path:
        return None
    version = settings.get(VERSION, "").strip().removeprefix("v")
    return ServerFile(Path(path), version, settings.get(SHA256, "").strip())
