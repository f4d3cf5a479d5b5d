"""A sum in galculator, by a Chinese task script; the result is fetched from the clipboard."""

from stage import Stage, equal

TITLE = "Work out a sum (galculator, Chinese script)"


def play(stage: Stage) -> str:
    stage.desktop.start(["galculator"])
    outcome = stage.run("sum")
    copied = stage.desktop.clipboard()
    equal("the copied result", copied.replace(",", "").strip(), "42")
    return f"7 * 6 = {outcome.answer}"
