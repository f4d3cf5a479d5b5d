"""Secrets on a phone: typed into its field, hidden in its pictures and its tree, and no video any more."""

from __future__ import annotations

from typing import Any

import pytest
from leaks import shown
from phones import AdbServer, SimPhone
from test_phone import phone_of

from screenwright.agent.mirror.video import Video
from screenwright.tools.actions import Click, OpenApp, TypeText
from screenwright.tools.contract import check_device
from screenwright.tools.secrets.sealed import Sealed
from screenwright.tools.steps import Task

pytest_plugins = ["phones"]
VALUE = "Xylophon-4477"


def test_a_phone_shows_no_secret(
    sim: SimPhone, new_server: AdbServer, reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCREENWRIGHT_SECRET_NOTE", VALUE)
    phone = Sealed(phone_of(sim, new_server))
    phone.vault.take(Task("{{secret:note}}"))
    phone.perform(OpenApp(name="Notes"))
    seen = phone.observe()
    new = next(element for element in seen.elements if element.text == "New note")
    phone.perform(Click(point=new.region.center(seen.frame)))
    assert Video(phone, lambda: None).there
    assert phone.perform(TypeText(text="{{secret:note}}")) == "type '{{secret:note}}'"
    assert sim.phone.focus and sim.phone.focus.text == VALUE
    seen = phone.observe()
    assert VALUE not in repr(seen.elements) and "{{secret:note}}" in repr(seen.elements)
    assert list(shown(seen.pixels, (VALUE,), reader)) == []
    assert not Video(phone, lambda: None).there
    check_device(phone)
