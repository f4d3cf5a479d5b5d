"""Traces, scripts, rules, demos, pictures and tables as strangers may send them."""

from __future__ import annotations

import io
import json
import os
import random
import select
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import mutants
from fault import ROOT, Trial, fault
from ground import HERE, cleared
from PIL import Image

from screenwright.agent.loop import Agent
from screenwright.policies.scripted import Scripted
from screenwright.tools.actions import Click, TypeText
from screenwright.tools.fake import FakeDevice, form
from screenwright.tools.geometry import Point, Size

SLOW_S = 10.0
GROWN_MB = 1500
SCRIPT = """# Sign up

1. click "Sign up"
2. type "{{name|Ada}}" into "Name", and press Tab
3. if "Cookies" is shown, click "Accept"
4. 点击“保存”
5. wait for "Done" (5 s), read "Number" into number, answer "{{number}}"
"""
RULES = """default: ask
rules:
  - rule: deny
    target: delete
    reason: not undone
  - rule: allow
    action: [click, scroll]
    region: [0, 0, 100, 100]
"""


class Reader:
    """The process of reading.py; one that died or hangs is told, and begun anew."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "reading.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def read(self, kind: str, path: Path, seconds: float = SLOW_S * 3) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin and stdout
        stdin.write(json.dumps({"kind": kind, "path": str(path)}) + "\n")
        stdin.flush()
        if select.select([stdout], [], [], seconds)[0] and (line := stdout.readline()):
            return dict(json.loads(line))
        died = self._process.poll()
        said = f"it died with {died}" if died is not None else f"it went on for more than {seconds:g} s"
        self._end()
        self._start()
        return {"outcome": "another error", "said": said, "took_s": seconds, "peak_mb": 0}

    def _end(self) -> None:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._end()


def recorded(folder: Path) -> Path:
    """A short run on a device in memory."""
    device = FakeDevice(form("Name"), size=Size(320, 200))
    spot = Point(200, 30, Size(320, 200))
    Agent(Scripted([Click(point=spot), TypeText(text="Ada"), TypeText(text="!")]), device, trace=folder).run(
        "fill in"
    )
    return folder


def files_of(folder: Path) -> dict[str, Path]:
    """One good file or folder of each kind."""
    kinds = {"trace": recorded(folder / "trace"), "demo": folder / "demo"}
    shutil.copytree(ROOT / "demos" / "recorded" / "note", kinds["demo"])
    for kind, name, text in (
        ("script", "script.md", SCRIPT),
        ("rules", "rules.yaml", RULES),
        ("csv", "rows.csv", 'name,city\nAda,London\n张伟,北京\n"O""Neill","a\nb"\n'),
    ):
        kinds[kind] = folder / name
        kinds[kind].write_text(text, encoding="utf-8")
    kinds["picture"] = folder / "picture.png"
    Image.linear_gradient("L").convert("RGB").save(kinds["picture"])
    kinds["input"] = folder / "input.gif"
    frames = [Image.new("P", (40, 30), number) for number in range(4)]
    frames[0].save(kinds["input"], save_all=True, append_images=frames[1:], duration=50)
    return kinds


def judge(trial: Trial, kind: str, what: str, told: dict[str, Any], grown_mb: float) -> None:
    """Read or refused, soon, in bounded memory, with a clear word."""
    outcome = told["outcome"]
    trial.saw(f"{kind} {outcome}")
    trial.check(outcome != "another error", f"{kind}, {what}: {told['said'][:160]}")
    trial.check(outcome != "refused" or len(told["said"]) > 10, f"{kind}, {what}: refused without a word")
    trial.check(told["took_s"] < SLOW_S, f"{kind}, {what}: took {told['took_s']:.1f} s")
    trial.check(grown_mb < GROWN_MB, f"{kind}, {what}: took {grown_mb:.0f} MB")


@fault(
    "files",
    "mutated traces, demos, scripts, rules, tables, pictures and films",
    promise="read as far as it is whole, or refused with a clear word; no other error, none slow",
    seconds=300,
)
def files(trial: Trial) -> None:
    good = files_of(cleared(trial.folder / "good"))
    kinds = list(good)
    with Reader() as reader:
        peak = 0
        for number in trial.times(4000):
            kind = kinds[number % len(kinds)]
            spoilt = trial.folder / f"spoilt{good[kind].suffix}"
            shutil.rmtree(spoilt, ignore_errors=True)
            what = _spoil(trial.dice, good[kind], spoilt)
            told = reader.read(kind, spoilt)
            judge(trial, kind, what, told, max(0, told["peak_mb"] - peak) if peak else 0)
            peak = max(peak, told["peak_mb"])


def _spoil(dice: random.Random, good: Path, spoilt: Path) -> str:
    """Copy it with one of its files spoilt; what was done."""
    if good.is_dir():
        shutil.copytree(good, spoilt)
        victim = dice.choice([path for path in sorted(spoilt.rglob("*")) if path.is_file()])
    else:
        shutil.copy(good, spoilt)
        victim = spoilt
    data = victim.read_bytes()
    match dice.randrange(4 if victim.suffix in (".png", ".gif") else 8):
        case 0:
            victim.unlink() if good.is_dir() else victim.write_bytes(b"")
            return f"{victim.name} gone"
        case 1:
            victim.write_bytes(data[: dice.randrange(len(data) + 1)])
            return f"{victim.name} cut"
        case 2 | 3:
            spoilt_data = bytearray(data)
            for _ in range(dice.choice((1, 3, 30))):
                spoilt_data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
            victim.write_bytes(spoilt_data)
            return f"{victim.name}: bits turned"
        case 4 if victim.suffix in (".json", ".jsonl"):
            lines = (
                [json.loads(line) for line in data.decode().split("\n") if line]
                if victim.suffix == ".jsonl"
                else []
            )
            said = [mutants.as_json(mutants.data(dice, line)) for line in lines or [json.loads(data)]]
            victim.write_text("\n".join(said) + "\n", encoding="utf-8", errors="surrogatepass")
            return f"{victim.name}: other data"
        case _:
            text = data.decode("utf-8", "replace")
            victim.write_text(mutants.text(dice, text, [text]), encoding="utf-8", errors="surrogatepass")
            return f"{victim.name}: other text"


Bomb = tuple[str, str, Callable[[Path], Path]]


@fault(
    "bombs",
    "files made to take all memory or time, to lead out of their folder, or to be none",
    promise=f"read or refused with a clear word, in {SLOW_S:g} s and {GROWN_MB} MB; nothing outside is read",
    seconds=500,
)
def bombs(trial: Trial) -> None:
    for number, (kind, what, make) in enumerate(_bombs()):
        if trial.share < 1 and number % 4:
            continue
        trial.injected += 1
        path = make(cleared(trial.folder / "bomb"))
        with Reader() as reader:
            told = reader.read("script", ROOT / "README.md")  # what a reader takes in any case
            before = told["peak_mb"]
            told = reader.read(kind, path)
            judge(trial, kind, what, told, told["peak_mb"] - before)


def _bombs() -> Iterator[Bomb]:
    for kind, name in (("script", "s.md"), ("rules", "r.yaml"), ("demo", "demo.yaml"), ("csv", "c.csv")):
        for what, data in _texts():
            yield kind, what, _file(name, data, folder=kind == "demo")
    yield "csv", "100,000 columns", _file("c.csv", ",".join(f"c{n}" for n in range(100_000)).encode())
    yield "csv", "200,000 rows", _file("c.csv", b"name,city\n" + b"a,b\n" * 200_000)
    yield "csv", "a cell of 20 MB", _file("c.csv", b'name,city\n"' + b"x" * 20_000_000 + b'",b\n')
    yield "csv", "a quote without end", _file("c.csv", b'name,city\n"' + b"x,y\n" * 100_000)
    for what, data in _pictures():
        for kind in ("picture", "input"):
            yield kind, what, _file("p.png", data)
    for what, change in _traces():
        yield "trace", what, change
    yield "script", "a pipe", _pipe("s.md")
    yield "script", "a device without end", _link("s.md", "/dev/zero")
    yield "csv", "a device without end", _link("c.csv", "/dev/zero")
    yield "rules", "a device without end", _link("r.yaml", "/dev/zero")
    yield "picture", "a device without end", _link("p.png", "/dev/zero")


def _texts() -> Iterator[tuple[str, bytes]]:
    laughs = "a0: &a0 [lol, lol]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    merged = "a0: &a0 {k0: v}\n" + "".join(
        f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: v}}\n" for n in range(1, 25)
    )
    yield "nothing", b""
    yield "binary", bytes(range(256)) * 400
    yield "a byte order mark and NULs", '\ufeff1. click "a\0b"\n'.encode()
    yield "UTF-16", "rules: []\n".encode("utf-16")
    yield "right to left", '1. click "\u202eevas\u202c"\n- \u200f\n'.encode()
    yield "10 MB of one line", b"click x " * 1_250_000
    yield "10 MB of lines", b'- click "x"\n' * 800_000
    yield "YAML aliases, nine to the eleventh", (laughs + "rules: *a11\n").encode()
    yield "YAML aliases in a demo", (laughs + "screenwright_demo: 1\nname: x\nsteps: *a11\n").encode()
    yield "YAML merges", merged.encode()
    yield "YAML that holds itself", b"screenwright_demo: 1\nname: &a [*a]\nrules: *a\nsteps: *a\n"
    yield "YAML nested 20,000 deep", b"rules: " + b"[" * 20_000 + b"]" * 20_000
    yield "YAML with a tag that runs code", b"rules: !!python/object/apply:os.system ['touch pwned']\n"
    yield "an integer of 100,000 digits", b"screenwright_demo: " + b"9" * 100_000 + b"\nrules: 1\n"


def _file(name: str, data: bytes, *, folder: bool = False) -> Callable[[Path], Path]:
    def make(place: Path) -> Path:
        (place / name).write_bytes(data)
        return place if folder else place / name

    return make


def _pipe(name: str) -> Callable[[Path], Path]:
    def make(place: Path) -> Path:
        os.mkfifo(place / name)
        return place / name

    return make


def _link(name: str, to: str) -> Callable[[Path], Path]:
    def make(place: Path) -> Path:
        (place / name).symlink_to(to)
        return place / name

    return make


def png(width: int, height: int, packed: bytes) -> bytes:
    """A PNG that claims a size and holds something."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def _pictures() -> Iterator[tuple[str, bytes]]:
    row = b"\0" * (1 + 3 * 13_000)
    yield "a PNG of 169 million pixels in 500 kB", png(13_000, 13_000, zlib.compress(row * 13_000, 9))
    yield "a PNG that claims 2 billion a side", png(2**31 - 1, 2**31 - 1, zlib.compress(b"\0" * 100))
    yield "a PNG with no width", png(0, 10, b"")
    gif = io.BytesIO()
    Image.new("P", (1, 1)).save(gif, "GIF")
    data = bytearray(gif.getvalue())
    data[6:10] = b"\xff\xff\xff\xff"
    yield "a GIF that claims 65535 a side", bytes(data)
    text = zlib.compress(b"x" * 200_000_000, 9)
    body = b"Comment\0\0" + text
    yield (
        "a PNG with 200 MB of text in it",
        png(4, 4, zlib.compress((b"\0" * 13) * 4)).replace(
            b"\0\0\0\0IEND",
            struct.pack(">I", len(body))
            + b"zTXt"
            + body
            + struct.pack(">I", zlib.crc32(b"zTXt" + body))
            + b"\0\0\0\0IEND",
            1,
        ),
    )
    yield "a program", Path(sys.executable).resolve().read_bytes()[:3_000_000]


def _traces() -> Iterator[tuple[str, Callable[[Path], Path]]]:
    def trace(change: Callable[[Path], object]) -> Callable[[Path], Path]:
        def make(place: Path) -> Path:
            folder = recorded(place / "t")
            change(folder)
            return folder

        return make

    def frames(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], Path]:
        def spoil(folder: Path) -> None:
            file = folder / "frames.jsonl"
            lines = [json.loads(line) for line in file.read_text().splitlines()]
            for line in lines:
                change(line)
            file.write_text("".join(json.dumps(line) + "\n" for line in lines))

        return trace(spoil)

    yield "a frame of a million a side", frames(lambda line: line.update(size=[10**6, 10**6]))
    yield "a frame of 30,000 a side", frames(lambda line: line.update(size=[30_000, 30_000]))
    yield "a frame of no size", frames(lambda line: line.update(size=[-5, 0]))
    yield "a frame on itself", frames(lambda line: line.update(base=line["id"]))
    yield "frames in a ring", frames(lambda line: line.update(base=(line["id"] + 1) % 3))
    yield (
        "a picture in another folder",
        frames(lambda line: line["parts"][0].__setitem__(0, "../../../../etc/passwd")),
    )
    yield "a picture at the root", frames(lambda line: line["parts"][0].__setitem__(0, "/etc/passwd"))
    yield "a part outside", frames(lambda line: line["parts"][0].__setitem__(1, 10**6))
    yield "a part as text", frames(lambda line: line["parts"][0].__setitem__(3, "12"))
    yield "10,000 parts", frames(lambda line: line.update(parts=line["parts"] * 10_000))
    yield "a bomb for a picture", trace(_bomb_inside)
    yield "a pipe for a picture", trace(_pipe_inside)
    yield "a link out for a picture", trace(_link_inside)
    yield "steps without end", trace(lambda folder: _replaced(folder / "steps.jsonl", "/dev/zero"))
    yield (
        "meta.json nested 100,000 deep",
        trace(lambda folder: (folder / "meta.json").write_text('{"task":' + mutants.nested(100_000) + "}")),
    )
    yield (
        "a step nested 100,000 deep",
        trace(lambda folder: (folder / "steps.jsonl").write_text(mutants.nested(100_000) + "\n")),
    )
    yield (
        "a line of 50 MB",
        trace(lambda folder: (folder / "steps.jsonl").write_text('"' + "x" * 50_000_000)),
    )


def _picture_of(folder: Path) -> Path:
    return sorted((folder / "frames").iterdir())[0]


def _bomb_inside(folder: Path) -> None:
    row = b"\0" * (1 + 3 * 13_000)
    _picture_of(folder).write_bytes(png(13_000, 13_000, zlib.compress(row * 13_000, 9)))


def _pipe_inside(folder: Path) -> None:
    picture = _picture_of(folder)
    picture.unlink()
    os.mkfifo(picture)


def _link_inside(folder: Path) -> None:
    _replaced(_picture_of(folder), "/etc/passwd")


def _replaced(path: Path, to: str) -> None:
    path.unlink()
    path.symlink_to(to)
