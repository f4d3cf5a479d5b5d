"""The adb server: found or started, asked about itself and its devices, and opened towards one of them."""

from __future__ import annotations

import threading
import time
from functools import cached_property

from screenwright.tools.adb import binary, wire
from screenwright.tools.adb.trouble import FIXES, ConnectionBroken, ServerTrouble, recognise
from screenwright.tools.adb.wire import Malformed, Wire


class Server:
    """One adb server. It is started when it is needed and not there; it is never ended: others may use it.

    Args:
        path: the adb program; by default the first that is found.
        port: where the server listens on this machine; by default as adb's own settings say.
    """

    def __init__(self, path: str | None = None, port: int | None = None) -> None:
        self.address = wire.address(port)
        self._named = path
        self._starting = threading.Lock()

    @cached_property
    def path(self) -> str:
        """The adb program. It is only needed to start the server. AdbMissing: there is none."""
        return binary.find(self._named)

    def dial(self, until: float) -> Wire:
        """A connection to it, which is started first where nobody listens. ServerTrouble, AdbMissing."""
        try:
            return Wire(self.address, until)
        except ConnectionRefusedError:
            self._start(until)
        except OSError as error:
            raise self._trouble(f"can't be reached: {error}") from error
        try:
            return Wire(self.address, until)
        except OSError as error:
            raise self._trouble(f"was started, but can't be reached: {error}") from error

    def _start(self, until: float) -> None:
        if self.address.host not in ("127.0.0.1", "localhost", "::1"):
            raise self._trouble("does not run; start it there: `adb -a nodaemon server start`")
        with self._starting:  # two threads that both find it gone start it once
            try:
                Wire(self.address, until).close()
            except OSError:
                binary.start(self.path, self.address.port)

    def ask(self, service: str, seconds: float = 10.0) -> tuple[bool, str]:
        """One question to the server itself: whether it went well, and its text. ServerTrouble, AdbMissing.

        It is asked again when the server ended meanwhile, so only what may be done twice is asked here.
        """
        fine, data = self.ask_bytes(service, seconds)
        if not fine:
            return False, data.decode(errors="replace")
        try:
            return wire.answer(data)
        except Malformed as error:
            raise self._trouble(str(error)) from error

    def ask_bytes(self, service: str, seconds: float = 10.0) -> tuple[bool, bytes]:
        """The same, its answer as it came."""
        until = time.monotonic() + seconds
        why: OSError = ConnectionAbortedError()
        for _ in range(2):
            with self.dial(until) as line:
                try:
                    refused = line.ask(service)
                    return (True, line.rest()) if refused is None else (False, refused.encode())
                except TimeoutError as error:
                    raise self._trouble(f"does not answer {service!r} within {seconds:g} s") from error
                except Malformed as error:
                    raise self._trouble(f"is something else: {error}") from error
                except OSError as error:
                    why = error
        raise self._trouble(f"hangs up at {service!r}: {why}") from why

    def open(self, serial: str, service: str, until: float, command: str = "") -> Wire:
        """A service of a device, accepted by it. PhoneTrouble: nothing was sent to the device.

        Args:
            until: time.monotonic() after which opening and reading raise TimeoutError.
            command: what to call it in a ConnectionBroken; by default the service.
        """
        asked = wire.request(service)
        for last in (False, True):
            line = self.dial(until)
            sent = False
            try:
                refused = line.ask(f"host:transport:{serial}")
                if refused is None:
                    sent = True
                    line.send(asked)
                    refused = line.status()
                if refused is None:
                    return line
            except Malformed as error:
                line.close()
                if not sent:
                    raise self._trouble(f"is something else: {error}") from error
                raise ConnectionBroken(command or service, True, str(error)) from error
            except OSError as error:
                line.close()
                # What was not sent may be sent again: the server was just ended, and is started anew.
                if sent or last or isinstance(error, TimeoutError):
                    raise ConnectionBroken(command or service, sent, why(error)) from error
                continue
            except BaseException:
                line.close()
                raise
            line.close()
            # A device that refuses says so before it starts anything.
            raise recognise(refused, serial)
        raise AssertionError

    def _trouble(self, said: str) -> ServerTrouble:
        return ServerTrouble(f"the adb server at {self.address} {said}", FIXES[ServerTrouble])


def why(error: OSError) -> str:
    """What was seen of a break, in words."""
    if isinstance(error, TimeoutError):
        return "the time was up"
    return str(error) if isinstance(error, ConnectionAbortedError) else f"the connection broke ({error})"
