"""`am`: starts apps, stops them, and sends broadcasts."""

from __future__ import annotations

from collections.abc import Callable

from screenwright.tools.simphone.app import App
from screenwright.tools.simphone.call import Call

TWO_MORE = frozenset(("--es", "--ei", "--ez", "--eia", "--esa", "--el", "--ef", "-e"))
ONE_MORE = frozenset(("-a", "-n", "-c", "-d", "-t", "-f", "-p", "--user", "--display"))


class Intent:
    """The words of `am start` and `am broadcast`, taken apart."""

    def __init__(self, args: list[str]) -> None:
        self.said: dict[str, str] = {}
        self.extras: dict[str, str] = {}
        self.rest: list[str] = []
        self.flags: list[str] = []
        left = list(args)
        while left:
            word = left.pop(0)
            if word in TWO_MORE and len(left) >= 2:
                name = left.pop(0)
                self.extras[name] = left.pop(0)
            elif word in ONE_MORE and left:
                self.said[word] = left.pop(0)
            elif word.startswith("-"):
                self.flags.append(word)
            else:
                self.rest.append(word)

    def __str__(self) -> str:
        parts = [f"act={self.said['-a']}"] if "-a" in self.said else []
        parts += [f"cat=[{self.said['-c']}]"] if "-c" in self.said else []
        parts += [f"dat={self.said['-d']}"] if "-d" in self.said else []
        parts += [f"cmp={self.said['-n']}"] if "-n" in self.said else []
        parts += ["(has extras)"] if self.extras else []
        return "Intent { " + " ".join(parts) + " }"


def am(call: Call) -> int:
    act = COMMANDS.get(call.args[0] if call.args else "")
    if act is None:
        call.complain(f"Unknown command: {' '.join(call.args[:1])}")
        return 255
    return act(call, Intent(call.args[1:]))


def _start(call: Call, intent: Intent) -> int:
    call.say(f"Starting: {intent}")
    app = _meant(call, intent)
    if app is None:
        name = intent.said.get("-n")
        if name:
            call.complain("Error type 3")
            call.complain(f"Error: Activity class {{{name}}} does not exist.")
        else:
            call.complain(f"Error: Activity not started, unable to resolve {intent}")
        return 1
    before = call.phone.front
    call.phone.note("open", app.package)
    if "-S" in intent.flags:
        call.phone.stop(app)
    call.phone.open(app)
    if before is app:
        call.complain("Warning: Activity not started, its current task has been brought to the front")
    if "-W" in intent.flags:
        call.say(
            f"Status: ok\nLaunchState: COLD\nActivity: {app.component}\nTotalTime: 12\nWaitTime: 14\nComplete"
        )
    return 0


def _meant(call: Call, intent: Intent) -> App | None:
    component = intent.said.get("-n")
    if component:
        names = [(app, (app.component, app.full)) for app in call.phone.apps]
        return next((app for app, known in names if component in known), None)
    action, package = intent.said.get("-a", ""), intent.said.get("-p") or (intent.rest or [""])[0]
    if action == "android.settings.SETTINGS":
        package = "com.android.settings"
    if action == "android.intent.action.MAIN" and intent.said.get("-c") == "android.intent.category.HOME":
        return call.phone.apps[0]
    return next((app for app in call.phone.apps if app.package == package), None)


def _stop(call: Call, intent: Intent) -> int:
    for app in call.phone.apps:
        if app.package in intent.rest:
            call.phone.stop(app)
    return 0


def _broadcast(call: Call, intent: Intent) -> int:
    """Ends well also when nobody listened, as the real one does."""
    call.say(f"Broadcasting: {intent}".replace(" }", " flg=0x400000 }", 1))
    heard = call.phone.keyboards.hear(intent.said.get("-a", ""), intent.extras)
    data = f', data="{heard.data}"' if heard and heard.data is not None else ""
    call.say(f"Broadcast completed: result={heard.result if heard else 0}{data}")
    return 0


def _user(call: Call, intent: Intent) -> int:
    call.say("0")
    return 0


COMMANDS: dict[str, Callable[[Call, Intent], int]] = {
    "start": _start,
    "start-activity": _start,
    "force-stop": _stop,
    "broadcast": _broadcast,
    "get-current-user": _user,
}
