"""One contract for every device; and the check finds what breaks it."""

from __future__ import annotations

import pytest

from screenwright.tools.actions import Action
from screenwright.tools.contract import check_device
from screenwright.tools.fake import FakeDevice


def test_the_fake_device_keeps_it() -> None:
    check_device(FakeDevice())


class ClicksAnywhere(FakeDevice):
    def perform(self, action: Action) -> str:
        return "done"


class NeverCloses(FakeDevice):
    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("broken", "said"), [(ClicksAnywhere, "a point measured on another frame"), (NeverCloses, "closed device")]
)
def test_what_breaks_it_is_found(broken: type[FakeDevice], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        check_device(broken())
