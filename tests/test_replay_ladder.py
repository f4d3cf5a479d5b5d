"""Every target of a real form is looked for on that form as it may look tomorrow; a wrong place is never taken."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from replay_screens import Shown, shown, still

from screenwright.policies.replay.demo import Looks
from screenwright.policies.replay.describing import Describer
from screenwright.policies.replay.found import RUNGS, Found, NotFound, Rung, TwoAlike
from screenwright.policies.replay.ladder import Ladder
from screenwright.tools.desktop import Desktop
from screenwright.tools.geometry import Point
from screenwright.tools.observation import Pixels
from screenwright.tools.ocr import TextReader
from screenwright.tools.reading import Reader

ROWS = "Alpha 1,Alpha 2,Alpha 3,Beta,Gamma"
DRIFTS: dict[str, dict[str, str]] = {
    "unchanged": {},
    "moved": {"place": "+500+150"},
    "resized": {"size": "760x700"},
    "dark": {"theme": "dark"},
    "larger": {"scale": "1.25"},
    "much larger": {"scale": "1.5"},
    "renamed button": {"send": "Send"},
    "renamed label": {"name": "Full name"},
    "fields reordered": {"order": "back"},
    "filled": {"filled": "new"},
    "pushed down": {"top": "2"},
    "rows reordered": {"rows": "Gamma,Beta,Alpha 3,Alpha 2,Alpha 1"},
}


@dataclass
class Recorded:
    """What a demo keeps of every widget of a form."""

    looks: dict[str, Looks] = field(default_factory=dict)
    pictures: dict[str, Pixels] = field(default_factory=dict)

    @classmethod
    def of(cls, form: Shown, reader: Reader) -> Recorded:
        made, describer = cls(), Describer(reader)
        for name, region in form.places.items():
            seen = describer.at(form.observation, Point(*region.middle, form.observation.frame))
            looks = seen.with_file(f"{name}.png")
            assert looks and seen.picture is not None
            made.looks[name], made.pictures[f"{name}.png"] = looks, seen.picture
        return made


@dataclass
class Tally:
    """What became of the targets of one form."""

    right: int = 0
    refused: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    rungs: Counter[str] = field(default_factory=Counter)


def looked_for(
    recorded: Recorded,
    form: Shown,
    reader: Reader,
    rungs: tuple[Rung, ...] = RUNGS,
    less: Callable[[Looks], Looks] = lambda looks: looks,
) -> Tally:
    """Every recorded target on the form as it looks now; told by where its toolkit says that it is."""
    tally, ladder = Tally(), Ladder(recorded.pictures.get, reader)
    for name, looks in recorded.looks.items():
        try:
            found = ladder.find(less(looks), form.observation, {}, rungs=rungs)
        except (NotFound, TwoAlike) as no:
            tally.refused.append(f"{name}: {no}")
            continue
        tally.rungs[found.rung] += 1
        true = form.places.get(name)
        if true and true.grown(1).holds(found.point.x, found.point.y):
            tally.right += 1
        else:
            tally.wrong.append(f"{name}: {found}")
    return tally


@pytest.fixture(scope="module")
def screen() -> Iterator[Desktop]:
    with Desktop.virtual(1280, 900) as desktop:
        yield desktop


@pytest.fixture(scope="module")
def recorded(screen: Desktop, reader: Reader) -> Recorded:
    return Recorded.of(shown(screen, rows=ROWS), reader)


@pytest.fixture(scope="module")
def tomorrow(screen: Desktop) -> Callable[[str], Shown]:
    kept: dict[str, Shown] = {}

    def look(drift: str) -> Shown:
        if drift not in kept:
            kept[drift] = shown(screen, **{"rows": ROWS, **DRIFTS[drift]})
        return kept[drift]

    return look


@pytest.mark.parametrize("drift", DRIFTS)
def test_every_target_is_found(
    recorded: Recorded, tomorrow: Callable[[str], Shown], reader: Reader, drift: str
) -> None:
    tally = looked_for(recorded, tomorrow(drift), reader)
    assert not tally.wrong
    assert tally.right >= len(recorded.looks) - 1, tally.refused


@pytest.mark.parametrize("drift", ["unchanged", "moved", "dark"])
def test_nothing_is_read_where_the_pictures_are_sure(
    recorded: Recorded, tomorrow: Callable[[str], Shown], drift: str
) -> None:
    text = TextReader()
    tally = looked_for(recorded, tomorrow(drift), Reader(text), ("element", "near", "picture"))
    assert tally.right == len(recorded.looks), (tally.wrong, tally.refused)
    whole = looked_for(recorded, tomorrow(drift), Reader(text))
    assert whole.right == len(recorded.looks)
    assert (text.detected_px, text.spelled) == (0, 0)


def bare(looks: Looks) -> Looks:
    """Only what a picture and a place tell."""
    return Looks(patches=looks.patches, place=looks.place)


def unlabelled(looks: Looks) -> Looks:
    return looks.model_copy(update={"label": None, "ordinal": None})


KNOWN: dict[str, tuple[tuple[Rung, ...], Callable[[Looks], Looks]]] = {
    "pictures alone": (RUNGS, bare),
    "the picture anywhere": (("picture",), lambda looks: looks),
    "no label": (RUNGS, unlabelled),
    "neighbours alone": (("neighbours",), lambda looks: looks),
    "no picture": (("text", "neighbours"), lambda looks: looks),
}


@pytest.mark.parametrize("known", KNOWN)
def test_whatever_is_known_no_wrong_place_is_taken(
    recorded: Recorded, tomorrow: Callable[[str], Shown], reader: Reader, known: str
) -> None:
    rungs, less = KNOWN[known]
    right, drifts = 0, ("dark", "larger", "fields reordered", "filled", "rows reordered", "renamed button")
    for drift in drifts:
        tally = looked_for(recorded, tomorrow(drift), reader, rungs, less)
        assert not tally.wrong, drift
        right += tally.right
    assert right > 0.7 * len(drifts) * len(recorded.looks), "and most are found"


def test_a_row_that_is_gone_is_not_replaced_by_the_next(
    recorded: Recorded, screen: Desktop, reader: Reader
) -> None:
    form = shown(screen, rows="Alpha 1,Alpha 3,Beta,Gamma")
    tally = looked_for(recorded, form, reader)
    assert not tally.wrong
    assert sorted(why.split(":")[0] for why in tally.refused) == ["button Delete Alpha 2", "button Edit Alpha 2"]
    one = shown(screen, rows="Beta")
    ladder = Ladder(recorded.pictures.get, reader)
    with pytest.raises((NotFound, TwoAlike)):
        ladder.find(recorded.looks["button Delete Alpha 2"], one.observation, {})


def test_rows_that_nothing_tells_apart_are_two_alike(screen: Desktop, reader: Reader) -> None:
    """Five rows without a name, then the window is another: no row is better than another."""
    same = "-,-,-,-,-"
    form = shown(screen, rows=same)
    known = Recorded.of(form, reader)
    ladder = Ladder(known.pictures.get, reader)
    looks = known.looks["button Delete -"].model_copy(update={"ordinal": None, "neighbours": ()})
    assert looks.patches[0].alike == 4
    with pytest.raises(TwoAlike) as refused:
        ladder.find(looks, shown(screen, rows=same, theme="dark", top="3").observation, {})
    assert len(refused.value.candidates) >= 2
    assert "too alike to choose" in str(refused.value)


def test_how_a_thing_looks_that_depends_on_a_parameter_is_not_asked_for(
    recorded: Recorded, tomorrow: Callable[[str], Shown], reader: Reader
) -> None:
    """Recorded with Alpha 1, played with Gamma: its picture shows the wrong row."""
    looks = recorded.looks["button Delete Alpha 1"]
    assert looks.label
    label = looks.label.model_copy(update={"text": "{{who}}"})
    asked = looks.model_copy(update={"label": label})
    found = Ladder(recorded.pictures.get, reader).find(asked, tomorrow("unchanged").observation, {"who": "Gamma"})
    assert found.rung == "text"
    assert tomorrow("unchanged").places["button Delete Gamma"].holds(found.point.x, found.point.y)


def test_what_is_found_says_how(recorded: Recorded, tomorrow: Callable[[str], Shown], reader: Reader) -> None:
    ladder = Ladder(recorded.pictures.get, reader)

    def find(name: str, drift: str) -> Found:
        return ladder.find(recorded.looks[name], tomorrow(drift).observation, {})

    assert find("button Send", "unchanged").rung == "near"
    renamed = find("button Send", "renamed button")
    assert (renamed.rung, renamed.text) == ("neighbours", "Send") and "point at" in renamed.why
    assert find("field Name", "fields reordered").confidence > 0.85
    larger = find("button Cancel", "much larger")
    assert 0.6 <= larger.confidence < 1


def test_a_threshold_can_be_set(recorded: Recorded, tomorrow: Callable[[str], Shown], reader: Reader) -> None:
    form = tomorrow("renamed button")
    strict = Ladder(recorded.pictures.get, reader, sure=0.97)
    with pytest.raises(NotFound, match="too unsure"):
        strict.find(recorded.looks["button Send"], form.observation, {})


def test_the_same_form_on_a_screen_of_twice_the_pixels(recorded: Recorded, reader: Reader) -> None:
    with Desktop.virtual(3840, 2160) as desktop:
        form = shown(desktop, rows=ROWS, scale="2", place="+900+500")
        tally = looked_for(recorded, form, reader)
    assert not tally.wrong
    assert tally.right >= len(recorded.looks) - 4, tally.refused


def test_a_dialog_of_another_toolkit_by_its_tree(screen: Desktop, reader: Reader) -> None:
    if not shutil.which("zenity"):
        pytest.skip("no zenity: sudo apt-get install zenity")
    program = screen.start(["zenity", "--forms", "--title=New user", "--add-entry=First name", "--add-entry=Town"])
    try:
        for _ in range(200):
            seen = still(screen)
            if any(e.text == "OK" for e in seen.elements):
                break
        ok = next(e for e in seen.elements if e.text == "OK" and e.role == "button")
        town = sorted((e for e in seen.elements if e.role == "field"), key=lambda e: e.region.y)[1]
        text = TextReader()
        ladder = Ladder({}.get, Reader(text))
        for looks, region in (
            (Looks(role="button", name="OK"), ok.region),
            (Looks.model_validate({"role": "field", "label": {"text": "Town", "side": "right_of"}}), town.region),
        ):
            found = ladder.find(looks, seen, {})
            assert found.rung == "element" and region.holds(found.point.x, found.point.y)
        assert text.detected_px == 0
    finally:
        program.terminate()
        program.wait(10)
