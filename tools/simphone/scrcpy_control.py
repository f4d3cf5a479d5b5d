"""What comes over the control socket of the simulated scrcpy server, done to the simulated screen."""

from __future__ import annotations

import threading

from screenwright.tools.geometry import Size
from screenwright.tools.simphone.call import Call
from screenwright.tools.simphone.filesync import Incoming
from screenwright.tools.simphone.keycodes import CODES
from screenwright.tools.simphone.link import Stream

PRESSED, RELEASED, MOVED = 0, 1, 2
SHIFT, CONTROL = 0x1, 0x1000


class Controller:
    """Reads one control socket. `video`: the size of the video now; `again`: it is to begin anew."""

    def __init__(self, call: Call, version: tuple[int, ...]) -> None:
        self._call, self._phone = call, call.phone
        self._wheel = 16 if version >= (3, 3, 1) else 1
        self.video: Size | None = None
        self.again = threading.Event()

    def serve(self, stream: Stream) -> None:
        """Until it is closed (Gone), or something unknown comes, after which nothing can be read any more."""
        incoming = Reading(Incoming(stream))
        while True:
            kind = incoming.number(1)
            if kind == 0:
                self._key(incoming.number(1), incoming.number(4), incoming.number(4), incoming.number(4))
            elif kind == 1:
                self._text(incoming.text())
            elif kind == 2:
                self._touch(incoming)
            elif kind == 3:
                self._scroll(incoming)
            elif kind == 4:
                self._back(incoming.number(1))
            elif kind == 8:
                self._tell_clipboard(incoming.number(1), stream)
            elif kind == 9:
                self._set_clipboard(incoming, stream)
            elif kind == 17:
                self.again.set()
                self._phone.redraw()
            else:
                self._call.complain("[server] ERROR: Control protocol error")
                self._call.complain(
                    f"com.genymobile.scrcpy.control.ControlProtocolException: Unknown event type: {kind}"
                )
                return

    def _key(self, act: int, code: int, repeat: int, meta: int) -> None:
        if act != PRESSED:
            return
        held = [CODES["CTRL_LEFT"]] * bool(meta & CONTROL) + [CODES["SHIFT_LEFT"]] * bool(meta & SHIFT)
        if held:
            self._phone.hands.chord([*held, code])
        else:
            self._phone.hands.key(code)

    def _text(self, text: str) -> None:
        """As far as the key map has it."""
        for letter in text:
            if not " " <= letter <= "~":
                self._call.complain(f"[server] WARN: Could not inject char u+{ord(letter):04x}")
        typed = "".join(letter for letter in text if " " <= letter <= "~")
        if typed:
            self._phone.hands.type(typed)

    def _touch(self, incoming: Reading) -> None:
        act, _pointer = incoming.number(1), incoming.number(8)
        place = self._place(incoming)
        for length in (2, 4, 4):  # pressure, and the buttons of a mouse
            incoming.number(length)
        hands = {PRESSED: self._phone.hands.down, RELEASED: self._phone.hands.up, MOVED: self._phone.hands.move}
        if place and act in hands:
            hands[act](*place)

    def _scroll(self, incoming: Reading) -> None:
        place = self._place(incoming)
        right, up = (incoming.signed(2) / 0x8000 * self._wheel for _ in range(2))
        incoming.number(4)
        if place:
            self._phone.hands.wheel(*place, right, -up)

    def _place(self, incoming: Reading) -> tuple[float, float] | None:
        """In pixels of the screen; None where it was measured on another size than the video's."""
        x, y = incoming.signed(4), incoming.signed(4)
        measured = Size(incoming.number(2), incoming.number(2))
        if self.video is None:
            return x, y
        if measured != self.video:
            return None
        screen = self._phone.screen
        return x * screen.width / self.video.width, y * screen.height / self.video.height

    def _back(self, act: int) -> None:
        if self._phone.awake:
            self._key(act, CODES["BACK"], 0, 0)
        elif act == PRESSED:
            self._phone.hands.key(CODES["POWER"])

    def _tell_clipboard(self, press: int, stream: Stream) -> None:
        if press:
            self._phone.hands.key(CODES["COPY" if press == 1 else "CUT"])
        text = self._phone.clipboard.encode()
        if text:
            stream.write(b"\0" + len(text).to_bytes(4) + text)

    def _set_clipboard(self, incoming: Reading, stream: Stream) -> None:
        sequence, paste = incoming.number(8), incoming.number(1)
        self._phone.clipboard = incoming.text()
        if paste:
            self._phone.hands.key(CODES["PASTE"])
        if sequence:
            stream.write(b"\1" + sequence.to_bytes(8))


class Reading:
    """Numbers and texts of a stream, the high byte first. Everything raises Gone at its end."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming

    def number(self, length: int) -> int:
        return int.from_bytes(self._incoming.take(length))

    def signed(self, length: int) -> int:
        return int.from_bytes(self._incoming.take(length), signed=True)

    def text(self) -> str:
        return self._incoming.take(self.number(4)).decode(errors="replace")
