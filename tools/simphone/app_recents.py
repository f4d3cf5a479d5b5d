"""The apps that were open lately, the last one first."""

from __future__ import annotations

from functools import partial

from screenwright.tools.geometry import Region
from screenwright.tools.simphone.app import PAD_DP, App
from screenwright.tools.simphone.metrics import Metrics
from screenwright.tools.simphone.view import View

CARD_DP = 84


class Recents(App):
    """Opens with the right one of the three buttons."""

    package = "com.android.launcher3"
    activity = "com.android.quickstep.RecentsActivity"
    label = "Recents"
    launchable = False

    def page(self, metrics: Metrics) -> View:
        body, pad, high = metrics.body, metrics.dp(PAD_DP), metrics.dp(CARD_DP)
        root = View("android.widget.FrameLayout", body, look="wallpaper")
        for place, app in enumerate(self.phone.recent):
            top = body.y + pad + place * (high + pad // 2)
            region = Region(body.x + pad, top, body.width - 2 * pad, high)
            if region.bottom > body.bottom:
                break
            card = self.row(metrics, region, app.label, app.package, tap=partial(self.phone.open, app))
            card.look, card.description = "card", app.label
            root.add(card)
        if not self.phone.recent:
            root.add(View("android.widget.TextView", body, "No recent apps", look="on_sky"))
        return root
