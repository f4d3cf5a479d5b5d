"""How large the simulated screen is at the moment, and how large things on it are drawn."""

from __future__ import annotations

from dataclasses import dataclass

from screenwright.tools.geometry import Region, Size

STATUS_DP, NAVIGATION_DP, KEYBOARD_DP, KEYBOARD_FLAT_DP = 28, 44, 252, 184


@dataclass(frozen=True, slots=True)
class Metrics:
    """The turned screen, in pixels; `scale` is pixels in one dp (1/160 inch on a real phone)."""

    screen: Size
    scale: float
    keyboard_dp: int = 0

    def dp(self, length: float) -> int:
        return max(1, round(length * self.scale))

    @property
    def status(self) -> Region:
        return Region(0, 0, self.screen.width, self.dp(STATUS_DP))

    @property
    def navigation(self) -> Region:
        height = self.dp(NAVIGATION_DP)
        return Region(0, self.screen.height - height, self.screen.width, height)

    @property
    def keyboard(self) -> Region:
        """Where the keyboard lies; of no height when it is not shown."""
        height = self.dp(self.keyboard_dp) if self.keyboard_dp else 0
        return Region(0, self.navigation.y - height, self.screen.width, height)

    @property
    def body(self) -> Region:
        """What is left for the app: under the status bar, over the keyboard."""
        top = self.status.bottom
        return Region(0, top, self.screen.width, self.keyboard.y - top)
