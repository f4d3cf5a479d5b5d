"""Whether two labels mean the same button, with opposites kept apart: what `Sure` compares words by.

A fuzzy match is too kind where a click is at stake: "Anmelden" is one letter from "Abmelden", and "Save" stands
in "Don't save". So a pair of opposites is never alike, and a label that says more harm than was named isn't
either. A model that speaks English on a German or Chinese screen is understood for the commonest labels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from screenwright.policies.guard.rulebook import shipped
from screenwright.policies.literal.phrases import QUOTED, Sentence, Unclear
from screenwright.policies.literal.targets import english_target
from screenwright.policies.sure_meanings import WIDE, meaning, opposed
from screenwright.tools.elements import Role, Target
from screenwright.tools.wording import ALIKE, CLOSE, PART, likeness, squeezed

WIDE_ROLES: dict[str, Role] = {
    "按钮": "button", "按鈕": "button", "链接": "link", "输入框": "field", "文本框": "field", "复选框": "checkbox",
    "单选框": "radio", "下拉框": "combo", "菜单项": "item", "菜单": "menu", "标签页": "tab", "选项卡": "tab",
    "图标": "image", "选项": "item",
}  # fmt: skip
GERMAN_ROLES: dict[str, Role] = {
    "schaltfläche": "button", "knopf": "button", "taste": "button",
    "feld": "field", "eingabefeld": "field", "textfeld": "field", "kontrollkästchen": "checkbox", "menü": "menu",
    "reiter": "tab", "registerkarte": "tab", "symbol": "image", "menüpunkt": "item",
}  # fmt: skip
_GERMAN = "|".join(sorted(GERMAN_ROLES, key=len, reverse=True))
GERMAN = re.compile(
    rf"(?:de[rmn]|die|das) (?:{_GERMAN})$|(?:(?:de[rmn]|die|das) )?(?:(?P<first>{_GERMAN}) (?P<a>.+)"
    rf"|(?P<b>.+?)[- ](?P<last>{_GERMAN}))",
    re.IGNORECASE,
)
TAIL = re.compile(
    r"\s+(?:at|on|in|inside|within|near|under|above|below|next to|from|of|to|for|with|that|which|beside) .*", re.I
)
SMALL = re.compile(r"\b(?:icon|check ?box|radio|arrow|handle|toggle|chevron|symbol)\b|图标|[×✕]", re.I)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a decision says it points at: `names`, the likeliest first; `small`: a thing such as an icon.

    `said`: its words as they came. `sure`: False when it is not clear which of the names is meant.
    """

    said: str
    names: tuple[Target, ...]
    small: bool = False
    sure: bool = True

    @classmethod
    def of(cls, target: str | None, thought: str) -> Wanted | None:
        """From the action's own word for its target, else from what the thought quotes; None: it says nothing."""
        if target and target.strip():
            return cls(target.strip(), tuple(_names(target.strip())), bool(SMALL.search(target)))
        quoted = list(dict.fromkeys(q for m in QUOTED.finditer(thought) if (q := _quote(m))))
        if not quoted:
            return None
        return cls(quoted[0], tuple(Target(text) for text in quoted), sure=len(quoted) == 1)

    @property
    def placed(self) -> bool:
        """Is it said which of several is meant, or where it stands?"""
        return any(name.relation or name.ordinal for name in self.names)

    def reads(self, seen: str) -> int:
        """How well a text answers to any of the names; 0: not at all. See `reads_like`."""
        return max((reads_like(name.text, seen) for name in self.names if name.text), default=0)

    def opposed(self, seen: str) -> bool:
        """Does the text say the opposite of the shortest name (the others tell where it stands)?"""
        texts = sorted((name.text for name in self.names if name.text), key=len)
        return bool(texts) and opposed(texts[0], seen)

    def harmed(self, seen: str) -> bool:
        """Does the text speak of harm that was not named?"""
        return harmful(self.said, seen)


def _quote(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group is not None), "").strip()


def _names(said: str) -> list[Target]:
    """Whole first, then without its kind of thing, then without where it stands."""
    found: list[Target] = []
    quoted = list(dict.fromkeys(q for m in QUOTED.finditer(said) if (q := _quote(m))))
    short = TAIL.sub("", said)
    for words in (said, short) if not quoted or "{" in said else (said,):
        found += _plain(words)
    if len(quoted) == 1:
        role: Role | None = next((name.role for name in _plain(QUOTED.sub("X", short)) if name.role), None)
        found = [Target(quoted[0], role), *(f for f in found if f.relation)]
    related = [name for name in found if name.relation]
    return list(dict.fromkeys([*related, *found])) or [Target(said)]


def _plain(words: str) -> list[Target]:
    found: list[Target] = []
    wide = next((kind for kind in WIDE_ROLES if words.endswith(kind) and words != kind), None)
    if wide:
        found.append(Target(words.removesuffix(wide).strip().strip("“”\"'「」"), _role(WIDE_ROLES[wide])))
    elif (match := GERMAN.fullmatch(words)) and (match["a"] or match["b"]):
        role = GERMAN_ROLES[(match["first"] or match["last"]).lower()]
        found.append(Target(match["a"] or match["b"], _role(role)))
    try:
        sentence = Sentence.of(words)
        target = english_target(sentence, sentence.text)
        if target.text:
            found.append(Target(target.text, _role(target.role), target.ordinal, target.relation, target.anchor))
    except Unclear:
        pass
    whole = Target(re.sub(r"^(?:the|a|an) ", "", words, flags=re.I))
    return list(dict.fromkeys([whole, *(name for name in found if name.text and not name.text.isdigit())]))


def _role(role: Role | None) -> Role | None:
    """A model's "icon" is often a button to the tree."""
    return None if role == "image" else role


def reads_like(wanted: str, seen: str) -> int:
    """EXACT, ALIKE, PART or CLOSE as in `tools.wording`; 0: it is something else, or the opposite.

    A label that is part of what is wanted ("Submit" for "Submit form") is CLOSE; one that means the same in
    another language is ALIKE.
    """
    if not wanted or not seen or opposed(wanted, seen):
        return 0
    if like := likeness(wanted, seen):
        return like.kind
    if meaning(wanted) & meaning(seen):
        return ALIKE
    back = likeness(seen, wanted)
    if back and back.kind == PART and len(squeezed(seen)) >= (1 if WIDE.search(seen) else 2):
        return CLOSE
    return 0


@lru_cache(maxsize=1024)
def harmful(wanted: str, seen: str) -> bool:
    """Does `seen` hold a word that the guard asks about (delete, pay, send ...) and `wanted` does not?"""
    return any(pattern.search(seen) and not pattern.search(wanted) for pattern in _harms())


@cache
def _harms() -> list[re.Pattern[str]]:
    rules = shipped().rules
    return [re.compile(r.target, re.IGNORECASE) for r in rules if r.rule != "allow" and r.target and not r.window]
