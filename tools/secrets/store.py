"""Where the values of secrets are kept: the environment of this process, else the system's keyring.

Nothing is remembered here: each question goes to where the value is kept.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from screenwright.tools.errors import BadScript, NotInstalled
from screenwright.tools.secrets.naming import check_name, mark, stored_name, variable

T = TypeVar("T")
SERVICE = "screenwright"
NAMES = "(names)"  # no secret can be called so; a keyring can't list what it holds
ANSWER_S = 60.0  # a person may have to type the keyring's password meanwhile


class NoSecret(BadScript):
    """A secret has no value anywhere that is looked, or may not be typed here."""


class NoKeyring(NotInstalled):
    """The keyring can't be asked: there is none, it is locked, or the package that speaks to it is missing."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A secret that is there. `where`: "environment" or "keyring"; `windows`: it is typed only into these."""

    name: str
    where: str
    windows: tuple[str, ...] = ()


def value_of(name: str) -> str:
    """The value of `secret:bank` or `secret_bank`. NoSecret, NoKeyring: each with what to do."""
    if held := os.environ.get(variable(name)):
        return held
    stored = stored_name(name)
    if not stored or not (found := _asked(lambda keyring: keyring.get_password(SERVICE, stored), name)):
        raise NoSecret(f"{mark(name)} has no value: {how_to_give(name)}")
    return str(found)


def kept(name: str) -> Kept:
    """Where it is, without its value. NoSecret, NoKeyring."""
    value_of(name)
    where = "environment" if os.environ.get(variable(name)) else "keyring"
    return Kept(stored_name(name), where, windows_of(name))


def windows_of(name: str) -> tuple[str, ...]:
    """Patterns of the windows and programs it may be typed into; none: any. NoKeyring."""
    if os.environ.get(variable(name)):
        said = os.environ.get(variable(name).replace("_SECRET", "_FOR", 1), "")
        return tuple(part.strip() for part in said.split(";") if part.strip())
    return tuple(_names().get(stored_name(name), ()))


def how_to_give(name: str) -> str:
    stored = stored_name(name)
    keyring = f", or put it into the keyring: screenwright secret set {stored}" if stored else ""
    return f"set the environment variable {variable(name)}{keyring}"


def keep(name: str, value: str, windows: Sequence[str] = ()) -> None:
    """Into the keyring. BadScript for a name or value that can't be; NoKeyring; what was there is replaced."""
    check_name(name)
    if not value:
        raise BadScript(f"the value for {name!r} is empty; nothing was kept")
    _asked(lambda keyring: keyring.set_password(SERVICE, name, value))
    if _asked(lambda keyring: keyring.get_password(SERVICE, name)) != value:
        raise NoKeyring(
            f"the keyring took {name!r} and does not give it back; `python -m keyring diagnose` says which it is"
        )
    _write_names({**_names(), name: list(windows)})


def names() -> list[Kept]:
    """All that the keyring keeps for screenwright. NoKeyring."""
    return [Kept(name, "keyring", tuple(windows)) for name, windows in sorted(_names().items())]


def forget(name: str) -> None:
    """Out of the keyring. NoSecret where it has none of that name."""
    check_name(name)
    if _asked(lambda keyring: keyring.get_password(SERVICE, name)) is None:
        raise NoSecret(f"the keyring has no secret {name!r}; it has: {', '.join(sorted(_names())) or 'none'}")
    _asked(lambda keyring: keyring.delete_password(SERVICE, name))
    _write_names({held: windows for held, windows in _names().items() if held != name})


def _names() -> dict[str, list[str]]:
    said = _asked(lambda keyring: keyring.get_password(SERVICE, NAMES))
    try:
        return dict(json.loads(said or "{}"))
    except ValueError:
        return {}


def _write_names(held: dict[str, list[str]]) -> None:
    _asked(lambda keyring: keyring.set_password(SERVICE, NAMES, json.dumps(held)))


def _asked(question: Callable[[Any], T], name: str = "") -> T:
    """Ask the keyring, in a thread of its own: one that waits for a person is not waited for without end."""
    other = f"; or set the environment variable {variable(name)} for {mark(name)}" if name else ""
    try:
        import keyring
        from keyring import errors
    except ImportError as error:
        raise NoKeyring(f"the keyring needs a package: pip install 'screenwright[secrets]'{other}") from error
    said: list[T] = []
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            said.append(question(keyring))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=ask, name="keyring", daemon=True)
    thread.start()
    thread.join(ANSWER_S)
    if said:
        return said[0]
    if not failed:
        raise NoKeyring(f"the keyring has not answered for {ANSWER_S:g} s: unlock it, then try again{other}")
    if isinstance(failed[0], errors.NoKeyringError):
        raise NoKeyring(
            "there is no system keyring here (no GNOME Keyring, KWallet, Keychain or Credential Manager answers): "
            f"log in to a desktop session, or start one{other}"
        ) from None
    if isinstance(failed[0], errors.KeyringLocked):
        raise NoKeyring(
            f"the keyring is locked: unlock it (log in to the desktop, or open Passwords){other}"
        ) from None
    if isinstance(failed[0], errors.InitError):
        raise NoKeyring(f"there is no keyring yet, or it was not unlocked: make one in Passwords{other}") from None
    raise NoKeyring(f"the keyring can't be used ({type(failed[0]).__name__}: {failed[0]}){other}") from None
