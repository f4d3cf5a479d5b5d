"""Two kinds of error, told apart by type.

`Mendable` errors are shown to the policy, and the loop goes on: a reply that does not parse, an action
that this screen cannot take. `Ending` errors end the run: the device is gone, something is not
installed, a person said stop. Every message quotes the value and names the fix.
"""

from __future__ import annotations


class ScreenwrightError(Exception):
    """Anything screenwright raises on purpose."""


class Mendable(ScreenwrightError):
    """The policy may see this and do better at the next step."""


class BadReply(Mendable):
    """A policy's raw reply could not be read as one action. `reply` is the text as it came."""

    def __init__(self, message: str, reply: str = "") -> None:
        super().__init__(message)
        self.reply = reply


class BadAction(Mendable):
    """The action is well formed, but this device cannot do it now; nothing was done."""


class Interrupted(Mendable):
    """A person broke the action off. `typed`: characters that were typed before; `part`: something was done."""

    def __init__(self, message: str, *, typed: int = 0, part: bool = False) -> None:
        super().__init__(message)
        self.typed, self.part = typed, part


class OutcomeUnknown(Mendable):
    """The device was gone in the middle of an action: whether it was done is not known. It is not sent again."""


class Ending(ScreenwrightError):
    """The run is over."""


class DeviceLost(Ending):
    """The screen can no longer be seen or driven: unplugged, closed, locked, black."""


class BlackScreen(DeviceLost):
    """The capture is black all over: locked, asleep or protected. Raised by `observe`; it may pass."""


class NotInstalled(Ending):
    """A program or package is missing; the message has the command that installs it."""


class BadScript(Ending):
    """A task script, rule file or setting can't be used; nothing was done. The message names the line."""


class ModelLost(Ending):
    """The model can't answer any more: its server is gone, its weights can't be used."""


class TooLong(ModelLost):
    """The conversation does not fit into the model's context or memory; a shorter one may."""


class GaveUp(Ending):
    """A policy can't go on and says why: a step it can't understand or ground. Nothing was guessed."""


class Stopped(Ending):
    """A person stopped the run."""


def stop_within(error: BaseException) -> BaseException:
    """The Ctrl-C that `error` stands for, or `error` itself.

    Up to Python 3.11 what is raised in a class's `__set_name__` comes out as a RuntimeError: a Ctrl-C within
    the import of a module that has a dataclass with slots looked like a bug of ours.
    """
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, KeyboardInterrupt):
        cause = cause.__cause__
    return cause or error
