"""Notes: a list of notes, and a page where one is written and saved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from screenwright.tools.geometry import Region
from screenwright.tools.simphone.app import PAD_DP, App
from screenwright.tools.simphone.metrics import Metrics
from screenwright.tools.simphone.view import Field, Scroller, View

CARD_DP, FIELD_DP = 76, 52


@dataclass
class Note:
    """A note that was saved."""

    title: str
    text: str


class Notes(App):
    """`notes`: what is saved, the newest first."""

    package = "org.screenwright.notes"
    label = "Notes"
    colour = (214, 146, 30)
    glyph = "notes"

    def reset(self) -> None:
        super().reset()
        self.notes: list[Note] = getattr(self, "notes", [Note("Shopping", "Milk, bread, tea")])
        self._open: Note | None = None
        self._writes = False
        self._scroller = Scroller()
        self._title = Field("title", "Title")
        self._text = Field("text", "Write something", lines=8)

    @property
    def draft(self) -> tuple[str, str]:
        """Title and text that stand in the fields now."""
        return self._title.text, self._text.text

    def back(self) -> bool:
        """Leave the note that is written; what was not saved is lost."""
        was, self._writes, self.focus = self._writes, False, None
        return was

    def page(self, metrics: Metrics) -> View:
        return self._editor(metrics) if self._writes else self._list(metrics)

    def _list(self, metrics: Metrics) -> View:
        root, bar = self.root(metrics), self.bar(metrics, "Notes")
        below, pad, high = self.below(metrics, bar), metrics.dp(PAD_DP), metrics.dp(CARD_DP)
        cards: list[View] = []
        for place, note in enumerate(self.notes):
            top = below.y + place * (high + pad // 2)
            card = self.row(
                metrics,
                Region(below.x + pad, top, below.width - 2 * pad, high),
                note.title or "No title",
                " ".join(note.text.split()) or "Empty",
                tap=partial(self._edit, note),
            )
            card.look = "card"
            cards.append(card)
        root.add(self.scrolled(below, self._scroller, cards, "notes"), bar)
        if not self.notes:
            root.add(View("android.widget.TextView", below, "No notes yet", look="centred"))
        side = metrics.dp(56)
        corner = Region(below.right - side - pad, below.bottom - side - pad, side, side)
        new = self.button(corner, "", partial(self._edit, None), "floating")
        new.kind, new.description, new.glyph = "android.widget.ImageButton", "New note", "plus"
        new.resource = f"{self.package}:id/new_note"
        root.add(new)
        return root

    def _editor(self, metrics: Metrics) -> View:
        root, bar = self.root(metrics), self.bar(metrics, "Edit" if self._open else "New note", self.up)
        wide, high = metrics.dp(88), metrics.dp(38)
        body, pad = metrics.body, metrics.dp(PAD_DP)
        middle = bar.region.y + (bar.region.height - high) // 2
        bar.add(self.button(Region(body.right - wide - pad, middle, wide, high), "Save", self._save))
        if self._open:
            left = Region(body.right - 2 * wide - 2 * pad, middle, wide, high)
            bar.add(self.button(left, "Delete", self._delete, "outlined"))
        below = self.below(metrics, bar)
        first = Region(below.x + pad, below.y + pad // 2, below.width - 2 * pad, metrics.dp(FIELD_DP))
        second = Region(first.x, first.bottom + pad // 2, first.width, below.bottom - first.bottom - pad)
        if second.height > metrics.dp(FIELD_DP):
            root.add(bar, self.text_field(first, self._title), self.text_field(second, self._text))
        else:  # turned, the keyboard leaves room for one
            only = Region(first.x, below.y, first.width, max(metrics.dp(30), below.height - pad // 4))
            root.add(bar, self.text_field(only, self.focus or self._title))
        return root

    def _edit(self, note: Note | None) -> None:
        self._open, self._writes = note, True
        self._title.set(note.title if note else "")
        self._text.set(note.text if note else "")
        self.focus = None if note else self._title

    def _save(self) -> None:
        title, text = self.draft
        if self._open:
            self._open.title, self._open.text = title, text
        elif title or text:
            self.notes.insert(0, Note(title, text))
        self.back()
        self.phone.toast("Saved")

    def _delete(self) -> None:
        if self._open:
            self.notes.remove(self._open)
        self.back()
        self.phone.toast("Deleted")
