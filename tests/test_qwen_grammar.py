"""A reply can't be malformed: whatever the weights would say, it parses, validates, and ends."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from tiny.build import tiny

from screenwright.policies.chat import Picture, Reply, Sampling, Shape, Turn
from screenwright.policies.dialects.dialect import Dialect, Screen, dialect
from screenwright.policies.qwen3vl.engine import Engine
from screenwright.policies.qwen3vl.grammar import Grammars, with_thinking
from screenwright.policies.qwen3vl.loading import Checkpoint, open_checkpoint
from screenwright.policies.shapes import json_shape
from screenwright.tools.errors import BadReply, BadScript
from screenwright.tools.geometry import Size

SIZE = Size(320, 192)
DESKTOP = frozenset(("click", "drag", "scroll", "move", "type_text", "press_keys", "wait", "done"))
PHONE = frozenset(("click", "long_press", "swipe", "type_text", "press_button", "open_app", "wait", "ask", "done"))


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkpoint]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield open_checkpoint(str(tiny(tmp_path_factory.mktemp("tiny"))), dtype="float32")
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def thinking(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(open_checkpoint(str(tiny(tmp_path_factory.mktemp("thinking"), thinking=True)), dtype="float32"))


def talk(dialect: Dialect, screen: Screen, words: str = "do it") -> list[Turn]:
    before, after = dialect.opening(words, [])
    picture = Picture(np.zeros((SIZE.height, SIZE.width, 3), np.uint8))
    return [Turn.of("system", dialect.system(screen)), Turn.of("user", before, picture, after)]


@pytest.mark.parametrize("kinds", [DESKTOP, PHONE, frozenset(("click", "done"))], ids=["desktop", "phone", "few"])
@pytest.mark.parametrize("name", ["qwen3vl", "plain"])
def test_random_weights_say_only_what_can_be_done(
    checkpoint: Checkpoint, name: str, kinds: frozenset[str]
) -> None:
    engine, spoken = Engine(checkpoint, sessions=1), dialect(name)
    screen = Screen(SIZE, SIZE, kinds)
    seen = set[str]()
    for seed in range(12):
        sampling = Sampling(temperature=3.0, seed=seed)
        reply = engine.reply(
            talk(spoken, screen),
            tools=spoken.tools(screen),
            shape=spoken.shape(screen),
            limit=60,
            sampling=sampling,
        )
        said = spoken.read(reply, screen)
        assert said.action.kind in kinds
        seen.add(said.action.kind)
    assert len(seen) > 1


def test_without_the_grammar_the_parser_alone_says_no(checkpoint: Checkpoint) -> None:
    spoken, screen = dialect("qwen3vl"), Screen(SIZE, SIZE, DESKTOP)
    reply = Engine(checkpoint).reply(talk(spoken, screen), tools=spoken.tools(screen), limit=30)
    assert reply.finish == "length"
    with pytest.raises(BadReply, match="has no tool call"):
        spoken.read(reply, screen)


@pytest.mark.parametrize("limit", [1, 20, 60, 100])
def test_a_reply_at_its_limit_is_closed_not_cut(checkpoint: Checkpoint, limit: int) -> None:
    shape = json_shape(
        {
            "type": "object",
            "properties": {
                "title": {"type": "string"},
                "lines": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"text": {"type": "string"}}},
                },
                "total": {"type": "number"},
            },
            "required": ["title", "lines", "total"],
        }
    )
    engine = Engine(checkpoint, sessions=1)
    for seed in range(8):
        sampling = Sampling(temperature=3.0, seed=seed)
        reply = engine.reply([Turn.of("user", "x")], shape=shape, limit=limit, sampling=sampling)
        value = json.loads(reply.text)
        assert set(value) == {"title", "lines", "total"}
        assert reply.finish == "length" or reply.usage["reply_tokens"] <= limit + 1
        assert reply.usage["reply_tokens"] < limit + 200


def test_a_number_that_was_closed_is_told_as_cut(checkpoint: Checkpoint) -> None:
    """[244, 144] closed as [244, 1] reads well and is another place."""
    spoken, screen = dialect("plain"), Screen(SIZE, SIZE, frozenset(("click",)))
    engine = Engine(checkpoint)
    shape = spoken.shape(screen)
    meant = engine.reply(talk(spoken, screen), shape=shape, limit=400).text
    cut = 0
    for limit in range(1, 50):
        reply = engine.reply(talk(spoken, screen), shape=shape, limit=limit)
        assert spoken.read(reply, screen).action.kind == "click"
        assert reply.finish == "length" or reply.text == meant
        cut += reply.text != meant
    assert cut > 30


def test_a_tag_stays_one_token(checkpoint: Checkpoint) -> None:
    """Written as text in the grammar it would be spelled in pieces that no model has seen in training."""
    spoken, screen = dialect("qwen3vl"), Screen(SIZE, SIZE, DESKTOP)
    engine = Engine(checkpoint)
    reply = engine.reply(talk(spoken, screen), tools=spoken.tools(screen), shape=spoken.shape(screen), limit=60)
    ids = engine.prompter._replies[reply.text][-1]
    for tag in ("<tool_call>", "</tool_call>"):
        assert ids.count(checkpoint.tokenizer.convert_tokens_to_ids(tag)) == 1


def test_a_vocabulary_without_the_tag_spells_it(checkpoint: Checkpoint) -> None:
    grammars = Grammars(checkpoint.tokenizer, checkpoint.text_config.vocab_size, checkpoint.ends)
    assert grammars._spelled('start: <tool_call> "x" %json {"const": "<tool_call>"}').startswith(
        "start: <tool_call>"
    )
    grammars._whole.clear()
    spelled = grammars._spelled('start: <tool_call> "x" %json {"const": "<tool_call>"}')
    assert spelled == 'start: "<tool_call>" "x" %json {"const": "<tool_call>"}'


def test_a_thinking_checkpoint_thinks_first_and_then_keeps_to_the_shape(thinking: Engine) -> None:
    assert thinking.prompter.thinks and thinking.prompter.opening.endswith("<think>\n")
    spoken, screen = dialect("plain"), Screen(SIZE, SIZE, DESKTOP)
    for seed in range(4):
        sampling = Sampling(temperature=2.0, seed=seed)
        reply = thinking.reply(talk(spoken, screen), shape=spoken.shape(screen), limit=90, sampling=sampling)
        assert reply.text.count("</think>") == 1
        assert spoken.read(reply, screen).action.kind in DESKTOP


def test_earlier_thoughts_leave_the_conversation_and_the_cache_copes(thinking: Engine) -> None:
    spoken, screen = dialect("plain"), Screen(SIZE, SIZE, DESKTOP)
    turns = talk(spoken, screen)
    for round in range(3):
        reply = thinking.reply(turns, shape=spoken.shape(screen), limit=80)
        assert round == 0 or reply.usage["cached_tokens"] > 100
        turns += [Turn.of("assistant", reply.text), Turn.of("user", "go on")]


def test_forced_tokens_change_no_reply(checkpoint: Checkpoint) -> None:
    """Tokens that are certain are fed together; the choices that are left are the same."""
    spoken, screen = dialect("plain"), Screen(SIZE, SIZE, DESKTOP)
    quick, slow = Engine(checkpoint), Engine(checkpoint, fast_forward=False)
    replies = [e.reply(talk(spoken, screen), shape=spoken.shape(screen), limit=90) for e in (quick, slow)]
    actions = [spoken.read(reply, screen).action for reply in replies]
    assert actions[0].kind == actions[1].kind
    assert replies[0].usage["forced_tokens"] > 5 and replies[1].usage["forced_tokens"] == 0


def test_a_shape_that_is_no_grammar_is_told(checkpoint: Checkpoint) -> None:
    with pytest.raises(BadScript, match="is no grammar"):
        Engine(checkpoint).reply([Turn.of("user", "x")], shape=Shape("start: ((("))


def test_thinking_goes_around_the_whole_shape() -> None:
    lark = with_thinking('start: A "x"\nA: /a/\n')
    assert lark.startswith("start: THINK </think>") and 'shaped: A "x"' in lark


def test_any_unicode_can_be_typed(checkpoint: Checkpoint) -> None:
    held = Engine(checkpoint).grammars().begin(dialect("plain").shape(Screen(SIZE, SIZE, DESKTOP)), thinks=False)
    text = json.dumps({"action": "type", "text": 'naïve "中文" 😀 \\ \n עברית'}, ensure_ascii=False)
    ids = checkpoint.tokenizer(text, add_special_tokens=False)["input_ids"]
    for token in ids:
        assert held.allowed()[token]
        held.take(token)
    assert held.complete


def test_the_same_seed_says_the_same(checkpoint: Checkpoint) -> None:
    engine = Engine(checkpoint)
    sampling = Sampling(temperature=1.0, top_p=0.9, top_k=50, presence_penalty=1.0, seed=7)
    texts = {engine.reply([Turn.of("user", "x")], limit=12, sampling=sampling).text for _ in range(2)}
    other = Sampling(temperature=1.0, top_p=0.9, top_k=50, presence_penalty=1.0, seed=8)
    assert len(texts) == 1
    assert engine.reply([Turn.of("user", "x")], limit=12, sampling=other).text not in texts


def test_pieces_make_up_the_whole(checkpoint: Checkpoint) -> None:
    pieces: list[str] = []
    spoken, screen = dialect("plain"), Screen(SIZE, SIZE, DESKTOP)
    engine = Engine(checkpoint)
    sampling = Sampling(temperature=3.0, seed=1)
    reply = engine.reply(
        talk(spoken, screen), shape=spoken.shape(screen), limit=60, sampling=sampling, told=pieces.append
    )
    assert "".join(pieces) == reply.text and len(pieces) > 3
    assert isinstance(reply, Reply)
