"""`pm`, `cmd`, `monkey`, `ime`: apps and keyboards by name."""

from __future__ import annotations

from collections.abc import Callable

from screenwright.tools.simphone.app import App
from screenwright.tools.simphone.call import Call, Program
from screenwright.tools.simphone.keyboards import ADB_KEYBOARD, NAMES, U2_KEYBOARD

LAUNCHER = "android.intent.category.LAUNCHER"


def found(call: Call, package: str) -> App | None:
    """The app of that package."""
    return next((app for app in call.phone.apps if app.package == package), None)


def _packages(call: Call) -> list[str]:
    own = {app.package for app in call.phone.apps} | {
        name.split("/")[0] for name in call.phone.keyboards.installed
    }
    return sorted(own | {"android", "com.android.systemui"})


def pm(call: Call) -> int:
    act = COMMANDS.get(call.args[0] if call.args else "")
    if act is None:
        call.complain(f"Unknown command: {' '.join(call.args[:1])}")
        return 255
    return act(call, call.args[1:])


def cmd(call: Call) -> int:
    """`cmd package ...` is `pm`; `cmd clipboard` says what a phone says that has no such command, with code 0."""
    service = call.args[0] if call.args else ""
    if service == "package":
        call.words = call.args
        return pm(call)
    if service == "clipboard":
        call.complain("No shell command implementation.")
        return 0
    if service == "statusbar":
        return 0
    call.complain(f"cmd: Can't find service: {service}")
    return 20


def _list(call: Call, args: list[str]) -> int:
    if args[:1] != ["packages"]:
        call.complain(f"Error: unknown list type '{' '.join(args[:1])}'")
        return 255
    wanted = [arg for arg in args[1:] if not arg.startswith("-")]
    for name in _packages(call):
        own = name.startswith(("org.screenwright", "com.github", "com.android.adbkeyboard"))
        if ("-3" in args and not own) or ("-s" in args and own) or (wanted and wanted[0] not in name):
            continue
        path = f"/data/app/{name}/base.apk=" if "-f" in args else ""
        call.say(f"package:{path}{name}")
    return 0


def _path(call: Call, args: list[str]) -> int:
    if not args or args[0] not in _packages(call):
        return 1
    call.say(f"package:/data/app/{args[0]}/base.apk")
    return 0


def _query(call: Call, args: list[str]) -> int:
    """All that have an icon, in the full form or `--brief`."""
    apps = [app for app in call.phone.apps if app.launchable]
    brief = "--brief" in args or "--components" in args
    if not brief:
        call.say(f"{len(apps)} activities found:")
    for place, app in enumerate(apps):
        if brief:
            if "--brief" in args:
                call.say("priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true")
            call.say(app.component)
            continue
        for line in (
            f"  Activity #{place}:",
            "    priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true",
            "    ActivityInfo:",
            f"      name={app.full.split('/')[1]}",
            f"      packageName={app.package}",
            "      labelRes=0x7f110001 nonLocalizedLabel=null icon=0x7f0d0000 banner=0x0",
            "      ApplicationInfo:",
            f"        packageName={app.package}",
            "        labelRes=0x7f110001 nonLocalizedLabel=null icon=0x7f0d0000 banner=0x0",
        ):
            call.say(line)
    return 0


def _resolve(call: Call, args: list[str]) -> int:
    app = found(call, args[-1]) if args else None
    if app is None:
        call.say("No activity found")
        return 1
    call.say("priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true")
    call.say(app.component)
    return 0


def _install(call: Call, args: list[str]) -> int:
    """Installs the two keyboards that it knows by the size of nothing but their name; all else is refused."""
    path = args[-1] if args else ""
    if not call.phone.files.status(path)[0]:
        call.complain(f"Error: Unable to open file: {path}")
        return 255
    name = path.rsplit("/", 1)[-1].casefold()
    if "uiautomator" in name or name.startswith("tmp-"):
        call.phone.keyboards.install(U2_KEYBOARD)
    elif "keyboard" in name:
        call.phone.keyboards.install(ADB_KEYBOARD)
    else:
        call.say("Failure [INSTALL_PARSE_FAILED_NOT_APK: this simulated phone runs no programs]")
        return 1
    call.say("Success")
    return 0


def _uninstall(call: Call, args: list[str]) -> int:
    names = [name for name in call.phone.keyboards.installed if args and name.startswith(args[-1] + "/")]
    for name in names:
        call.phone.keyboards.switch(name, False)
        call.phone.keyboards.installed.remove(name)
    call.say("Success" if names else "Failure [DELETE_FAILED_INTERNAL_ERROR]")
    return 0 if names else 1


def _clear(call: Call, args: list[str]) -> int:
    app = found(call, args[-1]) if args else None
    if app:
        call.phone.stop(app)
    call.say("Success" if app else "Failed")
    return 0 if app else 1


def monkey(call: Call) -> int:
    """`monkey -p PACKAGE [-c CATEGORY] 1` starts an app."""
    args = call.args
    name = args[args.index("-p") + 1] if "-p" in args and args.index("-p") + 1 < len(args) else ""
    app = found(call, name)
    for arg in args:
        call.complain(f"  bash arg: {arg}")
    if app is None or not app.launchable:
        call.complain("** No activities found to run, monkey aborted.")
        return 252
    call.phone.note("open", app.package)
    call.phone.open(app)
    call.say("Events injected: 1")
    call.say("## Network stats: elapsed time=12ms (0ms mobile, 0ms wifi, 12ms not connected)")
    return 0


def ime(call: Call) -> int:
    """`ime list [-s] [-a]`, `ime enable|disable|set|reset ID`."""
    keyboards, args = call.phone.keyboards, call.args
    word, name = (args[0] if args else ""), args[-1] if args else ""
    if word == "list":
        for each in keyboards.installed if "-a" in args else keyboards.enabled:
            call.say(each if "-s" in args else f"{each}:\n  mId={each} mLabel={NAMES.get(each, each)}")
        return 0
    if word in ("enable", "disable"):
        if keyboards.switch(name, word == "enable"):
            call.say(f"Input method {name}: now {word}d for user #0")
            return 0
        call.complain(f"Unknown input method {name} cannot be {word}d for user #0")
        return 255
    if word == "set":
        if keyboards.choose(name):
            call.say(f"Input method {name} selected for user #0")
            return 0
        call.complain(f"Unknown input method {name} cannot be selected for user #0")
        return 255
    if word == "reset":
        keyboards.choose(keyboards.installed[0])
        return 0
    call.complain(f"Unknown command: {word}")
    return 255


COMMANDS: dict[str, Callable[[Call, list[str]], int]] = {
    "list": _list,
    "path": _path,
    "query-activities": _query,
    "resolve-activity": _resolve,
    "install": _install,
    "uninstall": _uninstall,
    "clear": _clear,
}
PROGRAMS: dict[str, Program] = {"pm": pm, "cmd": cmd, "monkey": monkey, "ime": ime}
