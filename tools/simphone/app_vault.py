"""Vault: a window that no capture shows (FLAG_SECURE), though its accessibility tree can be read."""

from __future__ import annotations

from screenwright.tools.geometry import Region
from screenwright.tools.simphone.app import PAD_DP, App
from screenwright.tools.simphone.metrics import Metrics
from screenwright.tools.simphone.view import Field, View

PIN, CODE = "2468", "731 904"


class Vault(App):
    """Shows a code when the PIN 2468 was entered."""

    package = "org.screenwright.vault"
    activity = ".VaultActivity"
    label = "Vault"
    colour = (126, 58, 96)
    glyph = "vault"
    secure = True

    def reset(self) -> None:
        super().reset()
        self._pin = Field("pin", "PIN", password=True)
        self._opened = False

    def back(self) -> bool:
        was = self._opened
        self.reset()
        return was

    def page(self, metrics: Metrics) -> View:
        root, bar = self.root(metrics), self.bar(metrics, "Vault", self.up if self._opened else None)
        root.add(bar)
        below, pad = self.below(metrics, bar), metrics.dp(PAD_DP)
        top = Region(below.x + pad, below.y + pad, below.width - 2 * pad, metrics.dp(32))
        field = Region(top.x, top.bottom + pad // 2, top.width, metrics.dp(52))
        if self._opened:
            root.add(View("android.widget.TextView", top, "Your code", look="centred"))
            root.add(View("android.widget.TextView", field, CODE, look="code", resource=f"{self.package}:id/code"))
            return root
        root.add(View("android.widget.TextView", top, "Enter the PIN", look="label"))
        root.add(self.text_field(field, self._pin))
        button = Region(field.x, field.bottom + pad, field.width, metrics.dp(48))
        root.add(self.button(button, "Unlock", self._unlock))
        return root

    def _unlock(self) -> None:
        if self._pin.text == PIN:
            self._opened, self.focus = True, None
        else:
            self.phone.toast("Wrong PIN")
        self._pin.set("")
