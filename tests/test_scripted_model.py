"""A list of replies as a model: in order, and with what it was asked."""

from __future__ import annotations

import pytest

from screenwright.policies.chat import Model, Reply, Turn
from screenwright.policies.scripted_model import ScriptedModel
from screenwright.tools.errors import ModelLost, Stopped, TooLong


def test_replies_come_in_order_and_the_requests_are_kept() -> None:
    model = ScriptedModel(["one", Reply("two", finish="length"), lambda turns: turns[-1].text[::-1]])
    assert isinstance(model, Model)
    turns = [Turn.of("user", "你好")]
    assert [model.reply(turns, limit=n).text for n in (1, 2, 3)] == ["one", "two", "好你"]
    assert [request.limit for request in model.requests] == [1, 2, 3]
    assert model.requests[0].text == "你好"


def test_an_error_in_the_list_is_raised_and_the_next_reply_follows() -> None:
    model = ScriptedModel([TooLong("9 tokens do not fit"), "then this"])
    with pytest.raises(TooLong, match="9 tokens"):
        model.reply([Turn.of("user", "x")])
    assert model.reply([Turn.of("user", "x")]).text == "then this"


def test_the_end_of_the_list_and_a_stop_are_said() -> None:
    with pytest.raises(ModelLost, match="list of 0 replies"):
        ScriptedModel().reply([Turn.of("user", "x")])
    with pytest.raises(Stopped):
        ScriptedModel(["a"]).reply([Turn.of("user", "x")], stop=lambda: True)
