"""Breaks a thread off from another one, as Ctrl-C breaks the main thread off: a model may think for a minute."""

from __future__ import annotations

import _thread
import ctypes
import signal
import sys
import threading
from types import FrameType


class BrokenOff(KeyboardInterrupt):
    """Raised in the thread that is broken off.

    No Exception: those that handle any Exception at all, here and elsewhere, must not swallow it. Another thread
    can be given a class only, so that has the reason.
    """

    why = ""

    def __str__(self) -> str:
        return self.why or super().__str__()


class Breaker:
    """Within `with`, the thread that entered, or that called `here` last, can be broken off, once.

    In the main thread by a signal, which also ends a wait in the kernel; in another by an exception that Python
    raises there before its next line, which a wait in the kernel can delay.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._before: object = None
        self._why = ""

    def __enter__(self) -> Breaker:
        self._why = ""
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._hear)
        self.here()
        return self

    def here(self) -> None:
        """It is this thread that is broken off."""
        with self._lock:
            self._thread = threading.current_thread()

    def __exit__(self, *exc: object) -> None:
        with self._lock:
            self._thread = None
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)  # type: ignore[arg-type]
            self._before = None

    def break_off(self, why: str) -> None:
        """From any thread; nothing where the other is through already."""
        with self._lock:
            thread = self._thread
            if thread is None or thread.ident is None or self._why:
                return
            self._why = why
            if thread is not threading.main_thread():
                raised = type("BrokenOff", (BrokenOff,), {"why": why})
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(raised))
            elif sys.platform == "win32":
                _thread.interrupt_main()
            else:
                signal.pthread_kill(thread.ident, signal.SIGINT)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        """Ours, or a real Ctrl-C."""
        if self._why and self._thread is not None:
            raise BrokenOff(self._why)
        if callable(self._before):
            self._before(number, frame)
