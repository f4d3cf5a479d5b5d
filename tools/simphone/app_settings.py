"""Settings: switches, the brightness, and what the phone is."""

from __future__ import annotations

from functools import partial

from screenwright.tools.geometry import Region
from screenwright.tools.simphone.app import PAD_DP, ROW_DP, App
from screenwright.tools.simphone.metrics import Metrics
from screenwright.tools.simphone.view import Scroller, View

SWITCHES: tuple[tuple[str, str, str, str], ...] = (
    ("Wi-Fi", "global", "wifi_on", "Connected to Home"),
    ("Bluetooth", "global", "bluetooth_on", "Off while nothing is paired"),
    ("Airplane mode", "global", "airplane_mode_on", ""),
    ("Dark theme", "secure", "ui_night_mode", "All apps on a dark ground"),
    ("Auto-rotate screen", "system", "accelerometer_rotation", "Turn the picture with the phone"),
    ("Touch sounds", "system", "sound_effects_enabled", ""),
    ("Vibrate on touch", "system", "haptic_feedback_enabled", ""),
    ("Location", "secure", "location_mode", "3 apps asked today"),
    ("Battery saver", "global", "low_power", "92% left"),
    ("Do not disturb", "global", "zen_mode", ""),
    ("Stay awake", "global", "stay_on_while_plugged_in", "While charging"),
)


class Settings(App):
    """Writes the same settings that the program `settings` does."""

    package = "com.android.settings"
    activity = ".Settings"
    label = "Settings"
    colour = (92, 104, 126)
    glyph = "settings"

    def reset(self) -> None:
        super().reset()
        self._about = False
        self._scroller = Scroller()

    def back(self) -> bool:
        was, self._about = self._about, False
        return was

    def page(self, metrics: Metrics) -> View:
        root = self.root(metrics)
        if self._about:
            bar = self.bar(metrics, "About phone", self.up)
            rows = self._facts(metrics, self.below(metrics, bar))
        else:
            bar = self.bar(metrics, "Settings")
            rows = self._rows(metrics, self.below(metrics, bar))
        root.add(self.scrolled(self.below(metrics, bar), self._scroller, rows, "list"), bar)
        return root

    def _rows(self, metrics: Metrics, region: Region) -> list[View]:
        high = metrics.dp(ROW_DP)
        top = region.y
        rows: list[View] = []

        def place() -> Region:
            nonlocal top
            made = Region(region.x, top, region.width, high)
            top += high
            return made

        rows.append(self._brightness(metrics, place()))
        rows += [self._switch(metrics, place(), *each) for each in SWITCHES]
        rows.append(self.row(metrics, place(), "Screen size", str(self.phone.screen)))
        rows.append(self.row(metrics, place(), "About phone", "Simulated phone", tap=self._show_about))
        return rows

    def _switch(self, metrics: Metrics, region: Region, name: str, space: str, key: str, under: str) -> View:
        on = self.phone.settings[space].get(key, "0") not in ("0", "1" if key == "ui_night_mode" else "0")
        new = ("1" if key == "ui_night_mode" else "0") if on else ("2" if key == "ui_night_mode" else "1")
        flip = partial(self.phone.put, space, key, new)
        row = self.row(metrics, region, name, under, tap=flip)
        wide, pad = metrics.dp(52), metrics.dp(PAD_DP)
        place = Region(region.right - wide - pad, region.y, wide, region.height)
        row.add(
            View("android.widget.Switch", place, look="switch", checked=on, resource="android:id/switch_widget")
        )
        return row

    def _brightness(self, metrics: Metrics, region: Region) -> View:
        row = self.row(metrics, region, "Brightness")
        pad = metrics.dp(PAD_DP)
        row.children[0].region = Region(region.x + pad, region.y, metrics.dp(100), region.height)
        left = region.x + metrics.dp(128)
        place = Region(left, region.y, region.right - left - 2 * pad, region.height)
        share = int(self.phone.settings["system"].get("screen_brightness", "128")) / 255

        def slide(to: float) -> None:
            self.phone.put("system", "screen_brightness", str(round(to * 255)))

        slider = View("android.widget.SeekBar", place, look="slider", share=share, slide=slide)
        slider.description, slider.resource = "Display brightness", f"{self.package}:id/slider"
        row.add(slider)
        return row

    def _facts(self, metrics: Metrics, region: Region) -> list[View]:
        known = self.phone.properties
        facts = (
            ("Device name", "Simulated phone"),
            ("Model", known["ro.product.model"]),
            ("Android version", known["ro.build.version.release"]),
            ("Serial number", known["ro.serialno"]),
        )
        high = metrics.dp(ROW_DP)
        return [
            self.row(metrics, Region(region.x, region.y + place * high, region.width, high), name, value)
            for place, (name, value) in enumerate(facts)
        ]

    def _show_about(self) -> None:
        self._about, self._scroller = True, Scroller()
