"""Many D-Bus questions asked at once and answered within a set time, over jeepney.

AT-SPI answers each question about each widget singly. One at a time, a window of two hundred widgets
takes a second; sent together they take a few milliseconds. An application that hangs costs what is left
of the time, never more.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Answer = tuple[Any, ...] | None
"""What came back; None for an error or no answer in time."""


@dataclass(frozen=True, slots=True)
class Question:
    """One method call. `signature` and `body` are its arguments."""

    bus_name: str
    path: str
    interface: str
    member: str
    signature: str = ""
    body: tuple[Any, ...] = ()


class Bus:
    """A connection to a message bus. Raises OSError when there is none at that address."""

    def __init__(self, address: str) -> None:
        from jeepney.io.blocking import open_dbus_connection

        self.address = address
        self._connection = open_dbus_connection(bus=address, auth_timeout=0.5)

    def ask(self, questions: Sequence[Question], until: float) -> list[Answer]:
        """The answers in the order of the questions; `until` is a time.monotonic() time.

        Raises OSError when the bus is gone.
        """
        from jeepney import HeaderFields, MessageType

        if not questions:
            return []
        waiting: dict[int, int] = {}
        for index, question in enumerate(questions):
            serial = next(self._connection.outgoing_serial)
            self._connection.send(self._message(question), serial=serial)
            waiting[serial] = index
        answers: list[Answer] = [None] * len(questions)
        while waiting:
            left = until - time.monotonic()
            try:
                message = self._connection.receive(timeout=max(0.0, left))
            except TimeoutError:
                break
            index = waiting.pop(message.header.fields.get(HeaderFields.reply_serial, -1), -1)
            if index >= 0 and message.header.message_type is MessageType.method_return:
                answers[index] = tuple(message.body)
        return answers

    @staticmethod
    def _message(question: Question) -> Any:
        from jeepney import DBusAddress, MessageFlag, new_method_call

        address = DBusAddress(question.path, bus_name=question.bus_name, interface=question.interface)
        message = new_method_call(address, question.member, question.signature or None, question.body)
        message.header.flags |= MessageFlag.no_auto_start
        return message

    def close(self) -> None:
        self._connection.close()
