"""The rungs one by one, on screens that are made of elements: the tree's answers, contradictions, a model's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from screenwright.policies.replay.demo import Looks
from screenwright.policies.replay.found import RUNGS, NotFound, TwoAlike
from screenwright.policies.replay.ladder import Ladder, PointedBy
from screenwright.tools.elements import Element, Role
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point, Region, Size, View
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.reading import Reader

FRAME = Size(800, 600)
WINDOW = Region(0, 0, 800, 600)


def told(text: str, x: int, y: int, role: Role = "button", width: int = 80, **more: object) -> Element:
    return Element(text, Region(x, y, width, 24), role, "atspi", **more)  # type: ignore[arg-type]


def screen(
    *elements: Element, title: str | None = None, focus: Region | None = WINDOW, pixels: Pixels | None = None
) -> Observation:
    return Observation(
        View(FRAME),
        pixels=np.full((600, 800, 3), 235, np.uint8) if pixels is None else pixels,
        elements=lambda: elements,
        title=lambda: title,
        focus=lambda: focus,
    )


def looks(**known: object) -> Looks:
    return Looks.model_validate(known)


@pytest.fixture
def reader() -> Reader:
    """One for each test: these frames are all the same to the eye, and what is told of them differs."""
    return Reader()


@pytest.fixture
def ladder(reader: Reader) -> Ladder:
    return Ladder({}.get, reader)


TABLE = [
    e
    for n, name in enumerate(("Ada", "Grace", "Zhang Wei"))
    for e in (told(name, 20, 100 + 40 * n, "text"), told("Delete", 300, 100 + 40 * n))
]


def test_role_and_name(ladder: Ladder) -> None:
    found = ladder.find(
        looks(role="button", name="Save"), screen(told("Save", 100, 50), told("Save as", 200, 50)), {}
    )
    assert (found.rung, found.text, found.region.x) == ("element", "Save", 100) and found.confidence > 0.9


def test_a_name_with_a_parameter(ladder: Ladder) -> None:
    seen = screen(told("Ada", 100, 50, "item"), told("Grace", 100, 90, "item"))
    found = ladder.find(looks(role="item", name="{{who}}"), seen, {"who": "Grace"})
    assert found.text == "Grace"


def test_one_that_is_disabled_is_found_and_said_to_be(ladder: Ladder) -> None:
    found = ladder.find(looks(role="button", name="Save"), screen(told("Save", 100, 50, enabled=False)), {})
    assert "disabled" in found.why and found.rung == "element"


def test_of_several_the_one_in_the_row_of_its_label(ladder: Ladder) -> None:
    label = {"text": "Grace", "side": "in_row_of"}
    found = ladder.find(looks(role="button", name="Delete", label=label), screen(*TABLE), {})
    assert found.region.y == 140 and "Grace" in found.why


def test_of_several_the_one_whose_row_was_beside_it(ladder: Ladder) -> None:
    wanted = looks(role="button", name="Delete", neighbours=[{"text": "Zhang Wei", "at": (-280, 0)}])
    found = ladder.find(wanted, screen(*TABLE), {})
    assert found.region.y == 180


def test_of_several_the_second_where_nothing_else_tells(ladder: Ladder) -> None:
    found = ladder.find(looks(role="button", name="Delete", ordinal=2), screen(*TABLE), {}, rungs=("element",))
    assert found.region.y == 140 and found.confidence < 0.8, "a place in an order is weak"


def test_of_several_none_where_nothing_tells(ladder: Ladder) -> None:
    with pytest.raises(TwoAlike) as refused:
        ladder.find(looks(role="button", name="Delete"), screen(*TABLE), {}, rungs=("element",))
    assert len(refused.value.candidates) == 3


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_row_that_is_gone(ladder: Ladder, number: int) -> None:
    """Whichever row is deleted next, its number and its neighbours in other rows do not stand in for it."""
    wanted = looks(
        role="button", name="Delete", ordinal=number, label={"text": "Emmy", "side": "in_row_of"},
        neighbours=[{"text": "Ada", "at": (-280, -40)}, {"text": "Zhang Wei", "at": (-280, 40)}],
    )  # fmt: skip
    with pytest.raises((NotFound, TwoAlike)):
        ladder.find(wanted, screen(*TABLE), {})
    with pytest.raises((NotFound, TwoAlike)):
        ladder.find(wanted, screen(*TABLE[:2]), {})


def test_one_in_another_window_is_worth_less(ladder: Ladder) -> None:
    elements = [
        Element("Mail", Region(0, 0, 400, 600), "window", "atspi"),
        Element("Editor", Region(400, 0, 400, 600), "window", "atspi"),
        told("Send", 100, 50),
        told("Send", 500, 50),
    ]
    seen = screen(*elements, title="Editor", focus=Region(400, 0, 400, 600))
    assert ladder.find(looks(role="button", name="Send", window="Editor"), seen, {}).region.x == 500
    del elements[3]
    only = screen(*elements, title="Editor", focus=Region(400, 0, 400, 600))
    found = ladder.find(looks(role="button", name="Send", window="Editor"), only, {})
    assert found.confidence < 0.75 and "another window" in found.why


def test_a_field_that_the_tree_does_not_name_by_its_label(ladder: Ladder) -> None:
    seen = screen(
        told("Name", 20, 100, "text"), told("Town", 20, 140, "text"),
        told("", 120, 100, "field", 200), told("", 120, 140, "field", 200),
    )  # fmt: skip
    found = ladder.find(looks(role="field", label={"text": "Town", "side": "right_of"}), seen, {})
    assert (found.rung, found.region.y) == ("element", 140)


@pytest.mark.parametrize(
    ("said", "other"), [("Save", "Delete"), ("Select all", "Deselect all"), ("Row 1", "Row 2")]
)
def test_what_is_called_otherwise_is_not_it(ladder: Ladder, said: str, other: str) -> None:
    with pytest.raises(NotFound) as missing:
        ladder.find(looks(role="button", name=said), screen(told(other, 100, 50)), {})
    assert f'no button called "{said}"' in str(missing.value) and [
        rung for rung, _ in missing.value.tried
    ] == list(RUNGS)


def around(renamed: str) -> Observation:
    return screen(
        told("Subject", 20, 40, "text"), told("Message", 20, 80, "text"),
        told("Attach", 20, 300), told("Discard", 200, 300),
        *([told(renamed, 400, 300)] if renamed else []),
    )  # fmt: skip


AROUND = [
    {"text": "Subject", "at": (-380, -260)}, {"text": "Message", "at": (-380, -220)},
    {"text": "Attach", "at": (-380, 0)}, {"text": "Discard", "at": (-200, 0)},
]  # fmt: skip


def test_a_renamed_button_is_what_stands_where_its_neighbours_say(ladder: Ladder) -> None:
    found = ladder.find(looks(role="button", name="Submit", neighbours=AROUND), around("Send"), {})
    assert (found.rung, found.text, found.region.x) == ("neighbours", "Send", 400)
    assert 0.6 <= found.confidence <= 0.76


def test_what_is_known_as_another_target_is_not_taken_for_it(reader: Reader) -> None:
    aware = Ladder({}.get, reader, known=["Send"])
    with pytest.raises(NotFound, match="something else"):
        aware.find(looks(role="button", name="Submit", neighbours=AROUND), around("Send"), {})


def test_an_empty_place_is_no_target(ladder: Ladder) -> None:
    with pytest.raises(NotFound, match="nothing of its kind"):
        ladder.find(looks(role="button", name="Submit", neighbours=AROUND), around(""), {})


def test_neighbours_that_are_gone_do_not_vote(ladder: Ladder) -> None:
    with pytest.raises(NotFound, match="of 4 texts around it 0 are there"):
        ladder.find(looks(role="button", name="Submit", neighbours=AROUND), screen(told("Send", 400, 300)), {})


class Points:
    """What a model policy offers; it points where it is told."""

    def __init__(self, *points: Point | None) -> None:
        self.points = list(points)
        self.asked: list[tuple[str, Region]] = []

    def point_at(self, what: str, seen: Observation, region: Region) -> tuple[Point | None, dict[str, float]]:
        self.asked.append((what, region))
        point = self.points.pop(0)
        if point is not None and point.x < 0:
            raise BadReply("no point in it")
        return point, {}


def modelled(reader: Reader, points: Sequence[Point | None]) -> tuple[Ladder, Points]:
    model = Points(*points)
    return Ladder({}.get, reader, PointedBy(model)), model


def test_a_model_is_asked_on_a_crop_then_on_the_window(reader: Reader) -> None:
    ladder, model = modelled(reader, [None, Point(410, 210, FRAME)])
    wanted = looks(role="button", name="Launch", place={"at": (400, 200), "size": (800, 600)})
    found = ladder.find(wanted, screen(told("Other", 20, 20)), {})
    assert (found.rung, found.confidence, found.point.x) == ("model", 0.6, 410)
    assert [region.width for _, region in model.asked] == [520, 800] and model.asked[0][0] == 'button "Launch"'


@pytest.mark.parametrize("point", [None, Point(900, 10, FRAME), Point(-1, 0, FRAME), Point(10, 10, Size(80, 60))])
def test_a_model_that_misses_is_not_believed(reader: Reader, point: Point | None) -> None:
    ladder, _ = modelled(reader, [point])
    with pytest.raises(NotFound):
        ladder.find(looks(role="button", name="Launch"), screen(told("Other", 20, 20)), {})


def test_a_model_that_points_at_another_target_is_not_believed(reader: Reader) -> None:
    model = Points(Point(430, 62, FRAME))
    ladder = Ladder({}.get, reader, PointedBy(model), known=["Delete all"])
    with pytest.raises(NotFound, match='points at "Delete all", which is something else'):
        ladder.find(looks(role="button", name="Launch"), screen(told("Delete all", 400, 50)), {})


def patched(pixels: Pixels, box: Region, **more: object) -> tuple[Looks, Ladder]:
    """A target known by a picture alone, whose target is all but a margin of it."""
    picture = pixels[box.y : box.bottom, box.x : box.right].copy()
    inner = (10, 10, box.width - 20, box.height - 20)
    aim = box.width // 2, box.height // 2
    place = {"at": (box.x + aim[0], box.y + aim[1]), "size": (800, 600)}
    known = looks(patches=[{"file": "p.png", "aim": aim, "target": inner, **more}], place=place)
    return known, Ladder({"p.png": picture}.get, Reader())


def icons(*places: tuple[int, int]) -> Pixels:
    import cv2

    pixels = np.full((600, 800, 3), 235, np.uint8)
    for x, y in places:
        cv2.circle(pixels, (x, y), 12, (40, 90, 160), 2)
        cv2.line(pixels, (x - 6, y + 7), (x + 8, y - 5), (160, 40, 40), 2)
    return pixels


def test_a_drawing_is_found_where_it_moved_to(ladder: Ladder) -> None:
    known, own = patched(icons((100, 100)), Region(80, 80, 40, 40))
    found = own.find(known, screen(pixels=icons((150, 130))), {}, rungs=("near",))
    assert (round(found.point.x), round(found.point.y)) == (150, 130)
    far = own.find(known, screen(pixels=icons((600, 500))), {}, rungs=("near", "picture"))
    assert far.rung == "picture" and abs(far.point.x - 600) <= 1 and abs(far.point.y - 500) <= 1


def test_two_drawings_alike_are_refused() -> None:
    known, own = patched(icons((100, 100)), Region(80, 80, 40, 40))
    with pytest.raises(TwoAlike):
        own.find(known, screen(pixels=icons((300, 300), (500, 300))), {}, rungs=("near", "picture"))


@pytest.mark.parametrize("noise", [0, 3])
def test_a_plain_picture_is_never_found(noise: int) -> None:
    pixels = np.full((600, 800, 3), 235, np.uint8)
    pixels += np.random.default_rng(1).integers(0, noise + 1, pixels.shape, dtype=np.uint8)
    known, own = patched(pixels, Region(200, 200, 90, 50))
    with pytest.raises(NotFound, match="nothing to be seen"):
        own.find(known, screen(pixels=pixels), {}, rungs=("near", "picture"))


def test_a_place_alone_is_never_enough() -> None:
    """The drawing is gone, something else is at its place."""
    known, own = patched(icons((100, 100)), Region(80, 80, 40, 40))
    other = np.full((600, 800, 3), 235, np.uint8)
    other[90:110, 90:110] = 30
    with pytest.raises(NotFound):
        own.find(known, screen(pixels=other), {})


def test_a_picture_that_is_lost_or_broken_is_said(reader: Reader) -> None:
    known, _ = patched(icons((100, 100)), Region(80, 80, 40, 40))
    for picture in (None, np.zeros((2, 2, 3), np.uint8), np.zeros((40, 40), np.uint8)):
        with pytest.raises(NotFound, match=r"p\.png can't be read"):
            Ladder({"p.png": picture}.get, reader).find(known, screen(), {}, rungs=("near", "picture"))
