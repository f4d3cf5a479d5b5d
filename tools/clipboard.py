"""The clipboard of an X display, through xclip: read it, set it, and put back what was there."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from screenwright.tools.errors import BadAction, NotInstalled

ANSWER_S = 3.0
TEXTS = {"UTF8_STRING", "STRING", "TEXT", "text/plain", "text/plain;charset=utf-8"}
NO_CONTENT = {"TARGETS", "TIMESTAMP", "MULTIPLE", "SAVE_TARGETS"}


class Clipboard:
    """CLIPBOARD of the display that `environment` names."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    def read(self) -> str | None:
        """The text on it; None when it is empty or holds no text."""
        done = self._xclip("-out", "-target", "UTF8_STRING")
        return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None

    def write(self, text: str) -> None:
        done = self._xclip("-in", "-target", "UTF8_STRING", feed=text.encode())
        if done.returncode:
            raise BadAction(f"the clipboard did not take the text: xclip ended with {done.returncode}")

    @contextmanager
    def lent(self, text: str) -> Iterator[None]:
        """Hold `text` meanwhile. BadAction when it holds what can't be put back (a picture, files)."""
        kinds = self._kinds()
        # Some owners answer any question with what they have, so what is there is asked first.
        before = self.read() if TEXTS & kinds else None
        if before is None and kinds - NO_CONTENT:
            raise BadAction(
                "the clipboard holds something that is no text and could not be put back; clear it first"
            )
        self.write(text)
        try:
            yield
        finally:
            self.write(before or "")

    def _kinds(self) -> set[str]:
        done = self._xclip("-out", "-target", "TARGETS")
        return set(done.stdout.decode().split()) if done.returncode == 0 else set()

    def _xclip(self, *options: str, feed: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        path = shutil.which("xclip")
        if path is None:
            raise NotInstalled("xclip is not installed: sudo apt-get install xclip")
        # With -in it stays behind as the owner and would keep a captured pipe open for ever.
        out = subprocess.PIPE if "-out" in options else subprocess.DEVNULL
        try:
            return subprocess.run(
                [path, "-selection", "clipboard", *options],
                env=self._environment,
                input=feed,
                stdout=out,
                stderr=subprocess.DEVNULL,
                timeout=ANSWER_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise BadAction(f"the program that owns the clipboard did not answer within {ANSWER_S:g} s") from None
