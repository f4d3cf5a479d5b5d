"""A text typed into mousepad and saved through its dialog, by a task script."""

from stage import Stage, equal, eventually

TITLE = "Write and save a note (mousepad, English script)"
TEXT = "Tea at five – bring 茶 and a naïve 😀"


def play(stage: Stage) -> str:
    path = stage.folder / "note.txt"
    path.unlink(missing_ok=True)
    stage.desktop.start(["mousepad", "--disable-server"])
    stage.run("note", text=TEXT, path=str(path))
    eventually("the note is saved", lambda: path.exists() and path.stat().st_size)
    equal("the saved note", path.read_text(encoding="utf-8").strip(), TEXT)
    return f"saved {path.stat().st_size} bytes to {path.name}"
