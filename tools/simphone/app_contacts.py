"""Contacts: a list that must be scrolled, a search field, and a page for each person."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from screenwright.tools.geometry import Region
from screenwright.tools.simphone.app import PAD_DP, ROW_DP, App
from screenwright.tools.simphone.metrics import Metrics
from screenwright.tools.simphone.view import Field, Scroller, View

NAMES = (
    *("Aaliyah Reyes", "Alan Turing", "Amara Okafor", "Anna Müller", "Ben Carter", "Bettina Schröder"),
    *("Carlos Vega", "Chen Wei", "Chloé Dubois", "Dana Levi", "David Kim", "Elif Kaya", "Emma Lindqvist"),
    *("Fatima Haddad", "Frank Weber", "Grace Hopper", "Hana Novák", "Hiro Tanaka", "Ines Costa", "Ivan Petrov"),
    *("Jack O'Brien", "Julia Kowalska", "Kofi Mensah", "Lena Fischer", "Liam Murphy", "Lucía Torres"),
    *("Maya Patel", "Mehmet Demir", "Nadia Rahman", "Noah Jensen", "Olga Ivanova", "Oscar Blom"),
    *("Priya Sharma", "Quentin Roux", "Rosa Bianchi", "Sam Taylor", "Sofia Rossi", "Thomas Bauer"),
    *("Uma Krishnan", "Victor Hugo", "Wanda Nowak", "Xavier Moreau", "Yuki Sato", "Zoë van Dijk"),
    *("张伟", "王芳", "李娜"),
)
COLOURS = ((198, 82, 82), (74, 132, 196), (88, 152, 96), (160, 100, 180), (196, 128, 52), (60, 150, 160))


@dataclass(frozen=True)
class Contact:
    """A person and their number."""

    name: str
    number: str


class Contacts(App):
    """`people`: all of them, in the order of the list."""

    package = "com.android.contacts"
    activity = ".activities.PeopleActivity"
    label = "Contacts"
    colour = (46, 136, 108)
    glyph = "contacts"

    def reset(self) -> None:
        super().reset()
        self.people = [Contact(name, f"+44 7700 900{place * 37 % 1000:03d}") for place, name in enumerate(NAMES)]
        self._shown: Contact | None = None
        self._scroller = Scroller()
        self._search = Field("search", "Search contacts", changed=self._searched)

    @property
    def shown(self) -> Contact | None:
        """Whose page is open."""
        return self._shown

    def back(self) -> bool:
        if self._shown:
            self._shown = None
            return True
        if self._search.text or self.focus:
            self._search.set("")
            self.focus = None
            return True
        return False

    def page(self, metrics: Metrics) -> View:
        return self._person(metrics, self._shown) if self._shown else self._list(metrics)

    def _list(self, metrics: Metrics) -> View:
        root, bar = self.root(metrics), self.bar(metrics, "Contacts")
        below, pad, high = self.below(metrics, bar), metrics.dp(PAD_DP), metrics.dp(ROW_DP)
        search = Region(below.x + pad, below.y, below.width - 2 * pad, metrics.dp(48))
        top = search.bottom + pad // 2
        wanted = self._search.text.casefold()
        rows = [
            self._row(metrics, Region(below.x, top + place * high, below.width, high), who)
            for place, who in enumerate(who for who in self.people if wanted in who.name.casefold())
        ]
        region = Region(below.x, top, below.width, max(0, below.bottom - top))
        root.add(self.scrolled(region, self._scroller, rows, "list"), bar, self.text_field(search, self._search))
        if not rows:
            root.add(View("android.widget.TextView", region, "Nobody is called that", look="centred"))
        return root

    def _row(self, metrics: Metrics, region: Region, who: Contact) -> View:
        pad, side = metrics.dp(PAD_DP), metrics.dp(42)
        row = self.row(metrics, region, who.name, tap=partial(self._open, who))
        row.children[0].region = Region(
            region.x + 2 * pad + side, region.y, region.width - 3 * pad - side, region.height
        )
        place = Region(region.x + pad, region.y + (region.height - side) // 2, side, side)
        row.add(self._avatar(place, who))
        return row

    def _person(self, metrics: Metrics, who: Contact) -> View:
        root, bar = self.root(metrics), self.bar(metrics, "Contact", self.up)
        below, side = self.below(metrics, bar), metrics.dp(112)
        face = Region(below.x + (below.width - side) // 2, below.y + metrics.dp(12), side, side)
        name = Region(below.x, face.bottom + metrics.dp(12), below.width, metrics.dp(36))
        number = Region(below.x, name.bottom, below.width, metrics.dp(28))
        root.add(
            bar,
            self._avatar(face, who),
            View("android.widget.TextView", name, who.name, look="name", resource=f"{self.package}:id/name"),
            View(
                "android.widget.TextView", number, who.number, look="centred", resource=f"{self.package}:id/number"
            ),
        )
        wide = metrics.dp(120)
        call = Region(below.x + (below.width - wide) // 2, number.bottom + metrics.dp(20), wide, metrics.dp(44))
        root.add(self.button(call, "Call", partial(self.phone.toast, f"Calling {who.name}")))
        return root

    def _avatar(self, region: Region, who: Contact) -> View:
        colour = COLOURS[sum(map(ord, who.name)) % len(COLOURS)]
        return View("android.widget.ImageView", region, who.name[0], look="avatar", colour=colour)

    def _open(self, who: Contact) -> None:
        self._shown, self.focus = who, None

    def _searched(self, text: str) -> None:
        self._scroller.offset = 0
