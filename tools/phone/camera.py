"""Pictures of the phone's screen, in whichever form this phone is quicker at giving them.

A PNG is small and costs the phone's processor, raw pixels are 10 MB and cost the cable or the Wi-Fi: which is
quicker differs by phone and by connection, so both are tried on the first pictures, which are wanted anyway.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from screenwright.tools.adb.trouble import ConnectionBroken
from screenwright.tools.errors import DeviceLost
from screenwright.tools.phone.capture import Capture, Torn, png, raw
from screenwright.tools.phone.link import Link, Silent

FORMS: dict[str, tuple[str, Callable[[bytes], Capture]]] = {
    "png": ("screencap -p", png),
    "raw": ("screencap", raw),
}
TRIALS = 2
TORN = 3
MOST_S = 20.0


class Camera:
    """Takes pictures over one Link.

    `seconds`: the best time of each form, decoding included. `most_s`: how long one may take.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self.display: str | None = None
        self.most_s = MOST_S
        self.seconds: dict[str, float] = {}
        self._tried = dict.fromkeys(FORMS, 0)

    @property
    def form(self) -> str:
        """The form of the next picture: 'png' or 'raw'."""
        least = min(self._tried, key=lambda form: self._tried[form])
        if self._tried[least] < TRIALS:
            return least
        return min(self.seconds, key=lambda form: self.seconds[form], default="png")

    @property
    def usual_s(self) -> float:
        """How long a picture takes, in the form that is used."""
        return min(self.seconds.values(), default=0.0)

    def take(self) -> Capture:
        """One picture. DeviceLost: the phone is gone, or gives none."""
        torn: Exception | None = None
        for _ in range(TORN):
            form = self.form
            line, read = FORMS[form]
            began = time.perf_counter()
            whole = line + (f" -d {self.display}" if self.display else "")
            try:
                capture = read(self._link.fetch(whole, seconds=self.most_s))
            except Silent as error:  # raw pictures over a slow Wi-Fi
                self._note(form, self.most_s)
                torn = error
                continue
            except Torn as error:
                # adb tells no end: the phone may be gone, or may not give this form.
                torn = error
                self._link.await_back(ConnectionBroken(line, True, str(error)))
                self._tried[form] += 1
                self.display = None
                continue
            self._note(form, time.perf_counter() - began)
            return capture
        raise DeviceLost(
            f"the phone {self._link.serial} gives no picture of its screen: {torn}; see what "
            f"`adb -s {self._link.serial} exec-out screencap -p > screen.png` gives"
        )

    def _note(self, form: str, took_s: float) -> None:
        self._tried[form] += 1
        self.seconds[form] = min(took_s, self.seconds.get(form, took_s))
