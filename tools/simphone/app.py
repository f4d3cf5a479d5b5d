"""What every app of the simulated phone is made of, and the parts that their pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screenwright.tools.geometry import Region
from screenwright.tools.simphone.metrics import Metrics
from screenwright.tools.simphone.view import Act, Field, Scroller, View

if TYPE_CHECKING:
    from screenwright.tools.simphone.android import Android

BAR_DP, ROW_DP, PAD_DP = 56, 64, 16


class App:
    """An app: where it is installed, and the page it shows now. Its state lives as long as the phone."""

    package = ""
    activity = ".MainActivity"
    label = ""
    colour = (90, 90, 100)
    glyph = ""
    secure = False
    """Its window is left black in captures (FLAG_SECURE)."""
    launchable = True
    """It has an icon."""

    def __init__(self, phone: Android) -> None:
        self.phone = phone
        self.focus: Field | None = None
        self.reset()

    @property
    def restless(self) -> bool:
        """It draws all the time."""
        return False

    @property
    def component(self) -> str:
        """As `am start -n` takes it."""
        return f"{self.package}/{self.activity}"

    @property
    def full(self) -> str:
        """The component with its class written out, as windows are called."""
        name = self.activity
        return f"{self.package}/{self.package + name if name.startswith('.') else name}"

    def page(self, metrics: Metrics) -> View:
        """The present page; its region is `metrics.body`."""
        raise NotImplementedError

    def back(self) -> bool:
        """Go one page back; False when there is none, and the app is left."""
        return False

    def up(self) -> None:
        """What the arrow in the bar does."""
        self.back()

    def reset(self) -> None:
        """As after `am force-stop`: at its first page."""
        self.focus = None

    # The parts of pages

    def root(self, metrics: Metrics) -> View:
        return View("android.widget.FrameLayout", metrics.body, look="page")

    def bar(self, metrics: Metrics, title: str, back: Act | None = None) -> View:
        """The bar at the top of a page, with an arrow where one can go back."""
        body, height = metrics.body, metrics.dp(BAR_DP)
        bar = View("android.view.ViewGroup", Region(body.x, body.y, body.width, height), look="bar")
        left = metrics.dp(PAD_DP)
        if back:
            arrow = Region(body.x, body.y, height, height)
            bar.add(View("android.widget.ImageButton", arrow, look="arrow", description="Navigate up", tap=back))
            left = height
        place = Region(body.x + left, body.y, body.width - left - metrics.dp(PAD_DP), height)
        bar.add(View("android.widget.TextView", place, title, look="title"))
        return bar

    def below(self, metrics: Metrics, bar: View) -> Region:
        """The part of the page under its bar."""
        body = metrics.body
        return Region(body.x, bar.region.bottom, body.width, max(0, body.bottom - bar.region.bottom))

    def scrolled(self, region: Region, scroller: Scroller, rows: list[View], name: str) -> View:
        """A list that shows `rows`, laid out from the region's top, moved up by the scroller's offset."""
        bottom = max((row.region.bottom for row in rows), default=region.y)
        scroller.furthest = max(0, bottom - region.bottom)
        scroller.by(0)
        for row in rows:
            _move(row, -scroller.offset, region)
            row.hidden = row.region.bottom <= region.y or row.region.y >= region.bottom
        resource = f"{self.package}:id/{name}"
        kind = "androidx.recyclerview.widget.RecyclerView"
        return View(kind, region, scroller=scroller, resource=resource, children=rows)

    def text_field(self, region: Region, field: Field) -> View:
        """A field to type into; a tap gives it the focus."""

        def focus() -> None:
            self.focus = field
            field.all_selected = False

        return View(
            "android.widget.EditText",
            region,
            field.shown or field.hint,
            look="field",
            resource=f"{self.package}:id/{field.name}",
            tap=focus,
            edits=field,
            focused=self.focus is field,
        )

    def row(self, metrics: Metrics, region: Region, text: str, under: str = "", tap: Act | None = None) -> View:
        """A row of a list: a text, and a smaller one under it."""
        pad = metrics.dp(PAD_DP)
        row = View("android.widget.LinearLayout", region, look="row", tap=tap)
        high = region.height if not under else region.height // 2
        place = Region(region.x + pad, region.y + (metrics.dp(6) if under else 0), region.width - 2 * pad, high)
        row.add(View("android.widget.TextView", place, text, look="label", resource="android:id/title"))
        if under:
            below = Region(place.x, place.bottom - metrics.dp(6), place.width, high - metrics.dp(6))
            row.add(View("android.widget.TextView", below, under, look="secondary", resource="android:id/summary"))
        return row

    def button(self, region: Region, text: str, tap: Act, look: str = "button") -> View:
        name = text.lower().replace(" ", "_")
        return View(
            "android.widget.Button", region, text, look=look, tap=tap, resource=f"{self.package}:id/{name}"
        )


def _move(view: View, pixels: int, clip: Region) -> None:
    view.region, view.clip = view.region.moved(0, pixels), clip
    for child in view.children:
        _move(child, pixels, clip)
