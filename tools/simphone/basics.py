"""The small programs that every phone has: echo, cat, ls, rm, md5sum and their like."""

from __future__ import annotations

import base64
import hashlib
import re
import time

from screenwright.tools.simphone.call import Call, Program


def echo(call: Call) -> int:
    args = call.args
    newline = True
    while args and args[0] in ("-n", "-e", "-ne", "-en"):
        newline = newline and "n" not in args.pop(0)
    call.out((" ".join(args) + ("\n" if newline else "")).encode())
    return 0


def printf(call: Call) -> int:
    """`%s`, `%d`, `%%` and the usual escapes."""
    if not call.args:
        return 1
    form, values = call.args[0], call.args[1:]
    form = form.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0")
    left = iter(values)
    filled = re.sub(r"%([sd%])", lambda found: "%" if found[1] == "%" else next(left, ""), form)
    call.out(filled.encode())
    return 0


def true(call: Call) -> int:
    return 0


def false(call: Call) -> int:
    return 1


def cat(call: Call) -> int:
    paths = [path for path in call.args if path != "-"]
    if not paths:
        while piece := call.read():
            call.out(piece)
        return 0
    code = 0
    for path in paths:
        try:
            call.out(call.phone.files.read(path))
        except OSError as error:
            call.complain(f"cat: {path}: {error}")
            code = 1
    return code


def ls(call: Call) -> int:
    paths = [path for path in call.args if not path.startswith("-")] or ["/"]
    code = 0
    for path in paths:
        mode = call.phone.files.status(path)[0]
        if not mode:
            call.complain(f"ls: {path}: No such file or directory")
            code = 1
        elif call.phone.files.is_folder(path):
            for name in call.phone.files.names(path):
                call.say(name)
        else:
            call.say(path)
    return code


def rm(call: Call) -> int:
    forced = any(arg.startswith("-") and "f" in arg for arg in call.args)
    code = 0
    for path in call.args:
        if not path.startswith("-") and not call.phone.files.remove(path) and not forced:
            call.complain(f"rm: {path}: No such file or directory")
            code = 1
    return code


def mkdir(call: Call) -> int:
    for path in call.args:
        if not path.startswith("-"):
            call.phone.files.make_folder(path)
    return 0


def md5sum(call: Call) -> int:
    code = 0
    for path in call.args:
        try:
            call.say(f"{hashlib.md5(call.phone.files.read(path), usedforsecurity=False).hexdigest()}  {path}")
        except OSError as error:
            call.complain(f"md5sum: {path}: {error}")
            code = 1
    return code


def decode(call: Call) -> int:
    """`base64`, and `base64 -d`."""
    data = call.rest()
    call.out(base64.b64decode(data) if "-d" in call.args else base64.b64encode(data) + b"\n")
    return 0


def grep(call: Call) -> int:
    options = [arg for arg in call.args if arg.startswith("-") and len(arg) > 1]
    patterns = [arg for arg in call.args if arg not in options]
    if not patterns:
        call.complain("grep: no pattern")
        return 2
    flags = re.IGNORECASE if any("i" in option for option in options) else 0
    inverted = any("v" in option for option in options)
    kept = [
        line
        for line in call.rest().decode(errors="replace").splitlines()
        if bool(re.search(patterns[0], line, flags)) != inverted
    ]
    for line in kept:
        call.say(line)
    return 0 if kept else 1


def head(call: Call) -> int:
    counts = [int(found[0]) for arg in call.args if (found := re.search(r"\d+", arg))]
    for line in call.rest().splitlines(keepends=True)[: counts[0] if counts else 10]:
        call.out(line)
    return 0


def wc(call: Call) -> int:
    data = call.rest()
    call.say(str(len(data) if "-c" in call.args else data.count(b"\n")))
    return 0


def sleep(call: Call) -> int:
    try:
        seconds = float(call.args[0])
    except (IndexError, ValueError):
        call.complain("sleep: Needs 1 argument")
        return 1
    call.phone.wait(seconds)
    return 0


def date(call: Call) -> int:
    call.say(
        str(int(time.time())) if "+%s" in call.args else time.strftime("%a %b %d %H:%M:%S GMT %Y", time.gmtime())
    )
    return 0


def toybox(call: Call) -> int:
    """`toybox NAME ...` runs that program."""
    program = BASICS.get(call.args[0]) if call.args else None
    if program is None:
        call.complain(f"toybox: Unknown command {' '.join(call.args[:1])}")
        return 127
    call.words = call.args
    return program(call)


def whoami(call: Call) -> int:
    call.say("uid=2000(shell) gid=2000(shell) groups=2000(shell)" if call.name == "id" else "shell")
    return 0


BASICS: dict[str, Program] = {
    "echo": echo,
    "printf": printf,
    "true": true,
    ":": true,
    "false": false,
    "cat": cat,
    "ls": ls,
    "rm": rm,
    "mkdir": mkdir,
    "chmod": true,
    "sync": true,
    "md5sum": md5sum,
    "md5": md5sum,
    "base64": decode,
    "grep": grep,
    "head": head,
    "wc": wc,
    "sleep": sleep,
    "date": date,
    "toybox": toybox,
    "whoami": whoami,
    "id": whoami,
}
