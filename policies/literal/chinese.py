"""Chinese steps: 点击“保存”, 在“姓名”中输入“张三”, 按下回车, 等待“完成”."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from screenwright.policies.literal.instruction import Instruction, Verb
from screenwright.policies.literal.phrases import Sentence, chord, not_understood, refuse_unknown_keys, seconds
from screenwright.tools.elements import Relation, Role, Target

Groups = dict[str, str]
Build = Callable[[Sentence, Groups], Instruction]
VERBS = (
    "点击", "单击", "双击", "右键点击", "右击", "悬停", "拖动", "把", "将", "在", "输入", "填写", "清空",
    "按下", "按", "选择", "从", "勾选", "取消勾选", "滚动", "向下滚动", "向上滚动", "等待", "等", "确认",
    "检查", "应该看到", "没有", "打开", "启动", "复制", "粘贴", "读取", "回答", "完成", "放弃", "点",
)  # fmt: skip
SPLIT = re.compile(
    r"(?:\s*[，,；;。]\s*|\s*)(?:然后|接着|之后|并且|并|再|最后)\s*(?=" + "|".join(VERBS) + r")"
    r"|\s*[，,；;。]\s*(?=(?:请)?(?:" + "|".join(VERBS) + r"))"
)
NUMBERS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
ROLES: dict[str, Role] = {
    "按钮": "button", "链接": "link", "输入框": "field", "文本框": "field", "字段": "field",
    "复选框": "checkbox", "单选按钮": "radio", "单选框": "radio", "滑块": "slider", "下拉框": "combo",
    "下拉列表": "combo", "菜单项": "item", "菜单": "menu", "标签页": "tab", "选项卡": "tab",
    "单元格": "cell", "图标": "image", "选项": "item", "栏": "field", "框": "field",
}  # fmt: skip
RELATIONS: dict[str, Relation] = {
    "右": "right_of", "左": "left_of", "上": "above", "下": "below", "旁": "next_to", "同一行": "in_row_of",
    "里": "inside",
}  # fmt: skip
RELATED = re.compile(r"(?P<b>.+?)(?:的)?(?P<rel>右|左|上|下|旁)(?:边|面|方|侧)(?:的)?(?P<a>.+)")
SAME_ROW = re.compile(r"(?:与|和|跟)?(?P<b>.+?)(?:所在行|同一行|那一行)(?:的|里的|中的)?(?P<a>.+)")
ORDINAL = re.compile(r"(?:第(?P<n>\d+|[一二两三四五六七八九十])|(?P<last>最后一))个(?P<rest>.*)")
_ROLE_WORDS = "|".join(sorted(ROLES, key=len, reverse=True))
ROLE_LAST = re.compile(rf"(?P<name>.+?)\s*(?P<role>{_ROLE_WORDS})")
NUMBER = r"(?P<n>\d+(?:\.\d+)?|[一二两三四五六七八九十])"
TIMEOUT = re.compile(rf"\s*[(（]\s*(?:最多)?\s*{NUMBER}\s*(?P<unit>毫秒|秒|分钟?|s)\s*[)）]\s*$")


def parse(sentence: str, line: int = 0) -> list[Instruction]:
    """The instructions in one sentence. BadScript for words that are no step."""
    whole = Sentence.of(sentence)
    parts = [part for part in SPLIT.split(whole.text) if part and part.strip(" ，。；,.;")]
    return [_part(whole.part(part.strip(" ，。；,;")), line) for part in parts]


def _part(part: Sentence, line: int) -> Instruction:
    text = re.sub(r"^(?:请|首先|先|现在)\s*", "", part.text).strip(" 。！!")
    limit = None
    if found := TIMEOUT.search(text):
        limit = seconds(str(_number(found["n"])), found["unit"])
        text = text[: found.start()]
    for pattern, build in RULES:
        if match := pattern.fullmatch(text):
            groups = {name: value for name, value in match.groupdict().items() if value is not None}
            made = replace(build(part, groups), source=part.said(), line=line)
            if made.verb == "click" and "k" in groups and not part.quoted(groups["k"]):
                refuse_unknown_keys(groups["k"].removesuffix("键"), line)
            return made if limit is None else replace(made, seconds=limit)
    raise not_understood(part.said(), line, VERBS)


def _number(text: str) -> float:
    return NUMBERS[text] if text in NUMBERS else float(text)


def target_of(part: Sentence, text: str) -> Target:
    """'“姓名”右边的第二个输入框'"""
    text = re.sub(r"^[的\s]+|[的\s]+$", "", text)
    if match := SAME_ROW.fullmatch(text):
        return replace(target_of(part, match["a"]), relation="in_row_of", anchor=target_of(part, match["b"]))
    if match := RELATED.fullmatch(text):
        return replace(
            target_of(part, match["a"]), relation=RELATIONS[match["rel"]], anchor=target_of(part, match["b"])
        )
    ordinal = None
    if match := ORDINAL.fullmatch(text):
        ordinal = -1 if match["last"] else int(_number(match["n"]))
        text = match["rest"].strip()
    if text in ROLES:
        return Target(role=ROLES[text], ordinal=ordinal)
    if match := ROLE_LAST.fullmatch(text):
        return Target(part.full(match["name"]), ROLES[match["role"]], ordinal)
    return Target(part.full(text), ordinal=ordinal)


def _on(verb: Verb) -> Build:
    return lambda part, g: Instruction(verb, target=target_of(part, g["t"]))


def _typed(verb: Verb) -> Build:
    return lambda part, g: Instruction(
        verb, target=target_of(part, g["t"]) if "t" in g else None, value=part.full(g["v"])
    )


def _press(part: Sentence, g: Groups) -> Instruction:
    count = int(_number(g["n"])) if "n" in g else 1
    name = part.full(g["k"])
    keys = chord(name, part.quoted(g["k"])) or chord(name.removesuffix("键"), part.quoted(g["k"]))
    if keys:
        return Instruction("press", keys=keys, count=count)
    return Instruction("click", target=target_of(part, g["k"]))


def _scroll(part: Sentence, g: Groups) -> Instruction:
    direction = {"上": "up", "左": "left", "右": "right"}.get(g.get("d", "下"), "down")
    until = target_of(part, g["u"]) if "u" in g else None
    count = int(_number(g["n"])) if "n" in g else 3
    return Instruction("scroll", direction=direction, count=count, until=until)  # type: ignore[arg-type]


def _rule(pattern: str, build: Build) -> tuple[re.Pattern[str], Build]:
    return re.compile(pattern), build


IN = r"(?:中|里面|里|内|上|处)?"
SEEN = r"(?:出现|可见|显示|为止)?"
RULES = [
    _rule(r"双击\s*(?P<t>.+)", _on("double_click")),
    _rule(r"(?:右键(?:点击|单击)?|右击)\s*(?P<t>.+)", _on("right_click")),
    _rule(r"(?:中键点击)\s*(?P<t>.+)", _on("middle_click")),
    _rule(r"(?:悬停(?:在|到)?|(?:把)?鼠标移(?:动)?到)\s*(?P<t>.+?)(?:上|上面)?", _on("hover")),
    _rule(
        r"(?:把|将)?\s*(?P<t>.+?)\s*拖(?:动|拽|放)?到\s*(?P<to>.+?)(?:上|里|中)?",
        lambda part, g: Instruction("drag", target=target_of(part, g["t"]), to=target_of(part, g["to"])),
    ),
    _rule(
        r"拖(?:动|拽)\s*(?P<t>.+?)\s*到\s*(?P<to>.+?)(?:上|里|中)?",
        lambda part, g: Instruction("drag", target=target_of(part, g["t"]), to=target_of(part, g["to"])),
    ),
    _rule(rf"(?:在|向)\s*(?P<t>.+?)\s*{IN}\s*(?:追加|添加)\s*(?P<v>.+)", _typed("append")),
    _rule(rf"(?:在|向)\s*(?P<t>.+?)\s*{IN}\s*(?:输入(?!框)|填写|填入|写入|键入)\s*(?P<v>.+)", _typed("type")),
    _rule(r"(?:用|以)\s*(?P<v>.+?)\s*填写\s*(?P<t>.+)", _typed("type")),
    _rule(r"(?:把|将)?\s*(?P<v>.+?)\s*(?:输入|填入|写入)(?:到|进)\s*(?P<t>.+?)(?:中|里)?", _typed("type")),
    _rule(r"(?:输入|键入|填写)\s*(?P<v>.+?)\s*到\s*(?P<t>.+?)(?:中|里)?", _typed("type")),
    _rule(r"(?:输入|键入)\s*(?P<v>.+)", _typed("type")),
    _rule(r"清(?:空|除)\s*(?P<t>.+)", _on("clear")),
    _rule(r"取消(?:勾选|选中)\s*(?P<t>.+)", _on("uncheck")),
    _rule(r"(?:勾选|选中|打勾)\s*(?P<t>.+)", _on("check")),
    _rule(
        rf"(?:从|在)\s*(?P<t>.+?)\s*{IN}\s*选(?:择|取)?\s*(?P<v>.+)",
        lambda part, g: Instruction("choose", target=target_of(part, g["t"]), value=part.full(g["v"])),
    ),
    _rule(r"选择\s*(?P<v>.+)", lambda part, g: Instruction("choose", value=part.full(g["v"]))),
    _rule(
        rf"(?:向(?P<d>上|下|左|右))?滚动\s*(?:{NUMBER}\s*(?:次|格|下))?(?:\s*(?:直到|直至)?(?:看到|出现)?\s*(?P<u>\ue000.+?){SEEN})?",
        _scroll,
    ),
    _rule(
        rf"(?:等待|等)\s*{NUMBER}\s*(?P<unit>毫秒|秒钟?|分钟?)",
        lambda part, g: Instruction("wait", seconds=seconds(str(_number(g["n"])), g["unit"])),
    ),
    _rule(r"(?:等待|等到|等)\s*(?P<t>.+?)\s*(?:消失|不见|关闭)(?:为止)?", _on("wait_gone")),
    _rule(rf"(?:等待|等到|等)(?:看到|出现)?\s*(?P<t>.+?)\s*{SEEN}", _on("wait_for")),
    _rule(r"(?:确认|检查|确保|应该|应)?(?:没有|看不到|不应该?看到|不应该?出现)\s*(?P<t>.+)", _on("expect_not")),
    _rule(r"(?:确认|检查|确保)\s*(?P<t>.+?)\s*(?:消失|不见)了?", _on("expect_not")),
    _rule(rf"(?:确认|检查|确保|应该?)(?:能)?(?:看到|有|显示|出现)?\s*(?P<t>.+?)\s*{SEEN}", _on("expect")),
    _rule(
        r"(?:打开|启动|运行)(?:应用|程序)?\s*(?P<v>.+)",
        lambda part, g: Instruction("open", value=part.full(g["v"])),
    ),
    _rule(r"复制\s*(?P<t>.+)", _on("copy")),
    _rule(r"复制", lambda part, g: Instruction("copy")),
    _rule(r"粘贴到\s*(?P<t>.+?)(?:中|里)?", _on("paste")),
    _rule(r"粘贴", lambda part, g: Instruction("paste")),
    _rule(
        r"(?:读取|读出|记住)\s*(?P<t>.+?)\s*(?:到|为|存为|存到|并存为)\s*(?:变量)?\s*(?P<v>[\w\ue000\ue001]+)",
        lambda part, g: Instruction("read", target=target_of(part, g["t"]), value=part.full(g["v"])),
    ),
    _rule(
        r"(?:读取|读出)\s*(?P<t>.+)",
        lambda part, g: Instruction("read", target=target_of(part, g["t"]), value="answer"),
    ),
    _rule(r"(?:回答|报告|说)[:：]?\s*(?P<v>.+)", lambda part, g: Instruction("answer", value=part.full(g["v"]))),
    _rule(r"(?:完成|结束)", lambda part, g: Instruction("answer", value="")),
    _rule(
        r"放弃[:：,，]?\s*(?P<v>.+)?",
        lambda part, g: Instruction("give_up", value=part.full(g["v"]) if "v" in g else None),
    ),
    _rule(rf"按(?:下)?\s*(?P<k>.+?)\s*(?:{NUMBER}\s*次)?", _press),
    _rule(r"(?:点击|单击|点按|轻点|点)\s*(?P<t>.+)", _on("click")),
]
