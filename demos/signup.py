"""A form in a Tk window, filled with the Python API: a Chinese name, a choice, a drop-down, a tick."""

import json

from stage import Stage, equal, eventually

TITLE = "Fill in a form (Tk, Python API)"


def play(stage: Stage) -> str:
    out = stage.folder / "signup.json"
    stage.program("signup", str(out))
    with stage.screen() as screen:
        screen.wait_for("Submit", seconds=20)
        screen.type("张三 Müller", into="Name")
        screen.type("zhang@example.org", into="Email")
        screen.type("Zürich", into="City")
        screen.click("Team")
        screen.choose("Peru", "Country")
        screen.check("Send me news")
        screen.click("Submit")
        screen.wait_for("Welcome, 张三 Müller!")
    eventually("the form is saved", out.exists)
    facts = json.loads(out.read_text(encoding="utf-8"))
    wanted = {
        "name": "张三 Müller",
        "email": "zhang@example.org",
        "city": "Zürich",
        "plan": "Team",
        "country": "Peru",
        "news": True,
    }
    equal("the submitted form", facts, wanted)
    return f"submitted {facts['name']}, {facts['plan']}, {facts['country']}"
