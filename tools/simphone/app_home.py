"""The launcher: the time, the apps' icons, a dock."""

from __future__ import annotations

from functools import partial

from screenwright.tools.geometry import Region
from screenwright.tools.simphone.app import App
from screenwright.tools.simphone.metrics import Metrics
from screenwright.tools.simphone.view import View

CELL_DP = 96


class Home(App):
    """The first page after Home is pressed."""

    package = "com.android.launcher3"
    activity = ".Launcher"
    label = "Home"
    launchable = False

    def page(self, metrics: Metrics) -> View:
        body, cell = metrics.body, metrics.dp(CELL_DP)
        root = View("android.widget.FrameLayout", body, look="wallpaper")
        tall = body.height > body.width
        if tall:
            clock = Region(body.x, body.y + metrics.dp(48), body.width, metrics.dp(72))
            date = Region(body.x, clock.bottom, body.width, metrics.dp(28))
            root.add(View("android.widget.TextClock", clock, self.phone.clock, look="clock"))
            root.add(View("android.widget.TextView", date, self.phone.date, look="on_sky"))
        apps = [app for app in self.phone.apps if app.launchable]
        columns = 4 if tall else max(4, len(apps))
        width = body.width // columns
        rows = (len(apps) + columns - 1) // columns
        top = body.bottom - rows * cell - metrics.dp(28) if tall else body.y + (body.height - cell) // 2
        for place, app in enumerate(apps):
            row, column = divmod(place, columns)
            region = Region(body.x + column * width, top + row * cell, width, cell)
            root.add(self._icon(metrics, region, app))
        return root

    def _icon(self, metrics: Metrics, region: Region, app: App) -> View:
        return View(
            "android.widget.TextView",
            region,
            app.label,
            look="icon",
            description=app.label,
            colour=app.colour,
            glyph=app.glyph,
            tap=partial(self.phone.open, app),
        )
