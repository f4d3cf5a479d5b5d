"""Chinese steps: 点击“保存”, 在“姓名”中输入“张三”, 按下回车, 等待“完成”."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from screenwright.policies.literal import touching
from screenwright.policies.literal.instruction import Instruction, Verb
from screenwright.policies.literal.phrases import CLOSE, OPEN, Sentence, Unclear, not_understood, seconds, unclear
from screenwright.policies.literal.pressing import chord, presses, refuse_unknown_keys
from screenwright.tools.elements import Relation, Role, Target

Groups = dict[str, str]
Build = Callable[[Sentence, Groups], Instruction | list[Instruction]]
VERBS = (
    "点击", "单击", "双击", "右键点击", "右击", "悬停", "拖动", "把", "将", "在", "输入", "填写", "清空",
    "按下", "按", "选择", "从", "勾选", "取消勾选", "滚动", "向下滚动", "向上滚动", "等待", "等", "确认",
    "检查", "应该看到", "没有", "打开", "启动", "复制", "粘贴", "读取", "回答", "完成", "放弃", "点", "全选",
    "往", "向", "最多等", "告诉我", "选中", "清除", "确保",
    "返回", "回到", "长按",
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
ORDINAL = re.compile(
    r"(?:第(?P<n>\d+|[一二两三四五六七八九十]+)|(?P<last>最后一)|倒数第(?P<back>\d+|[一二两三四五六七八九十]+))个(?P<rest>.*)"
)
_ROLE_WORDS = "|".join(sorted(ROLES, key=len, reverse=True))
ROLE_LAST = re.compile(rf"(?P<name>.+?)\s*(?P<role>{_ROLE_WORDS})")
NUMBER = r"(?P<n>\d+(?:\.\d+)?|[一二两三四五六七八九十]+)"
NUMBER2 = NUMBER.replace("<n>", "<n2>")
QUOTE = f"{OPEN}\\d+{CLOSE}"
JOINT = re.compile(r"\s*(?:[、，,]|和|再|然后)\s*")
ONE_VERB = re.compile(
    rf"(?P<verb>双击|点击|单击|勾选|取消勾选|确认看到|等待)\s*(?P<list>{QUOTE}(?:\s*(?:、|和|及|与|以及)\s*{QUOTE})+)"
)
ARROWS = {"上": "up", "下": "down", "左": "left", "右": "right"}
ARROW = re.compile(
    r"(?:方向键|箭头键?)\s*(?P<a>[上下左右])|(?:向(?P<b>[上下左右])|(?P<c>[上下左右])(?:方向|箭头))键?"
)
WHERE = re.compile(r"(?:桌面|页面|屏幕|画面|窗口|界面)(?:上|里|中)?(?:的|有)?\s*(?P<rest>.+)")
TIMEOUT = re.compile(rf"\s*[(（]\s*(?:最多)?\s*{NUMBER}\s*(?P<unit>毫秒|秒|分钟?|s)\s*[)）]\s*$")


def parse(sentence: str, line: int = 0) -> list[Instruction]:
    """The instructions in one sentence. BadScript for words that are no step."""
    whole = Sentence.of(sentence)
    parts = [part.strip(" ，。；,;") for part in SPLIT.split(whole.text) if part and part.strip(" ，。；,.;！!")]
    return [step for part in parts for step in _part(whole.part(part), line)]


def _part(part: Sentence, line: int) -> list[Instruction]:
    text = re.sub(r"^(?:请|首先|先|现在)\s*", "", part.text).strip(" 。！!")
    limit = None
    if found := TIMEOUT.search(text):
        limit = seconds(str(_number(found["n"])), found["unit"])
        text = text[: found.start()]
    texts = [text]
    if several := ONE_VERB.fullmatch(text):
        texts = [several["verb"] + quote for quote in re.findall(QUOTE, several["list"])]
    try:
        made = [step for one in texts for step in _meant(part, one, line)]
    except Unclear as error:
        raise unclear(part.said(), line, error) from None
    return [
        replace(step, source=part.said(), line=line, seconds=step.seconds if limit is None else limit)
        for step in made
    ]


def _meant(part: Sentence, text: str, line: int) -> list[Instruction]:
    for pattern, build in RULES:
        if match := pattern.fullmatch(text):
            made = build(part, {name: value for name, value in match.groupdict().items() if value is not None})
            return made if isinstance(made, list) else [made]
    raise not_understood(part.said(), line, VERBS)


def _number(text: str) -> float:
    """'3', '三', '十二', '三十'"""
    if not re.fullmatch("[一二两三四五六七八九十]+", text):
        return float(text)
    tens, ten, ones = text.rpartition("十")
    return (NUMBERS.get(tens, 1) * 10 if ten else 0) + NUMBERS.get(ones, 0)


def _often(text: str) -> tuple[str, int]:
    """'Tab 键 3 次', '两次 Tab' -> 'Tab', n"""
    if match := re.fullmatch(rf"(?P<k>.+?)\s*{NUMBER}\s*[次下]|{NUMBER2}\s*[次下]\s*(?P<k2>.+)", text.strip()):
        return match["k"] or match["k2"], int(_number(match["n"] or match["n2"]))
    return text, 1


def target_of(part: Sentence, text: str) -> Target:
    """'“姓名”右边的第二个输入框'"""
    text = re.sub(r"^[的\s]+|[的\s]+$", "", text)
    if (match := WHERE.fullmatch(text)) and OPEN in text:
        text = match["rest"]
    if match := SAME_ROW.fullmatch(text):
        return replace(target_of(part, match["a"]), relation="in_row_of", anchor=target_of(part, match["b"]))
    if match := RELATED.fullmatch(text):
        return replace(
            target_of(part, match["a"]), relation=RELATIONS[match["rel"]], anchor=target_of(part, match["b"])
        )
    ordinal = None
    if match := ORDINAL.fullmatch(text):
        ordinal = (
            -1 if match["last"] else -int(_number(match["back"])) if match["back"] else int(_number(match["n"]))
        )
        text = match["rest"].strip()
    if text in ROLES:
        return Target(role=ROLES[text], ordinal=ordinal)
    if match := ROLE_LAST.fullmatch(text):
        return Target(part.one(match["name"]), ROLES[match["role"]], ordinal)
    return Target(part.one(text), ordinal=ordinal)


def _on(verb: Verb) -> Build:
    def build(part: Sentence, g: Groups) -> Instruction:
        words, count = _often(g["t"])
        return Instruction(verb, target=target_of(part, words), count=count)

    return build


def _typed(verb: Verb) -> Build:
    def build(part: Sentence, g: Groups) -> Instruction:
        target = target_of(part, g["t"]) if "t" in g else None
        value = part.one(g["v"])
        if verb == "type" and target and target.role == "combo":
            return Instruction("choose", target=target, value=value)
        return Instruction(verb, target=target, value=value)

    return build


def _press(part: Sentence, g: Groups) -> list[Instruction]:
    def one(piece: str) -> tuple[str, int]:
        words, count = _often(piece)
        if arrow := ARROW.fullmatch(words):
            return ARROWS[arrow["a"] or arrow["b"] or arrow["c"]], count
        bare = words.strip().removesuffix("键").strip()
        return (bare if bare and chord(part.full(bare), False) else words), count

    if keys := presses(part, g["k"], JOINT, one):
        return keys
    words, count = _often(g["k"])
    if not part.quoted(words):
        refuse_unknown_keys(words.removesuffix("键"))
    return [Instruction("click", target=target_of(part, words), count=count)]


def _scroll(part: Sentence, g: Groups) -> Instruction:
    direction = {"上": "up", "左": "left", "右": "right"}.get(g.get("d", "下"), "down")
    if "end" in g:
        direction = "up" if g["end"].startswith(("顶", "开", "最上")) else "down"
    until = target_of(part, g["u"]) if "u" in g else None
    count = 0 if "end" in g else int(_number(g["n"])) if "n" in g else 3
    return Instruction("scroll", direction=direction, count=count, until=until)  # type: ignore[arg-type]


def _read(part: Sentence, g: Groups) -> Instruction | list[Instruction]:
    target = target_of(part, g["t"])
    if target.relation and target.text in ("数字", "文字", "内容", "值", "数值", "文本"):
        target = replace(target, text=None)
    name = part.full(g.get("v", "answer")).strip("{} ")
    reading = Instruction("read", target=target, value=name)
    return [reading, Instruction("answer", value="{{answer}}")] if "say" in g else reading


def _within(part: Sentence, g: Groups) -> Instruction:
    limit = seconds(str(_number(g["n"])), g["unit"])
    return Instruction("wait_for", target=target_of(part, g["t"]), seconds=limit)


def _rule(pattern: str, build: Build) -> tuple[re.Pattern[str], Build]:
    return re.compile(pattern), build


IN = r"(?:中|里面|里|内|上|处)?"
SEEN = r"(?:出现|可见|显示|为止)?"
RULES = [
    *touching.rules(touching.CHINESE, target_of),
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
    _rule(r"(?:把|将)\s*(?P<t>.+?)\s*(?:设置为|设为|改为|改成|填写为|填为)\s*(?P<v>.+)", _typed("type")),
    _rule(r"(?:用|以)\s*(?P<v>.+?)\s*填写\s*(?P<t>.+)", _typed("type")),
    _rule(r"(?:把|将)?\s*(?P<v>.+?)\s*(?:输入|填入|写入)(?:到|进)\s*(?P<t>.+?)(?:中|里)?", _typed("type")),
    _rule(r"(?:输入|键入|填写)\s*(?P<v>.+?)\s*到\s*(?P<t>.+?)(?:中|里)?", _typed("type")),
    _rule(r"(?:输入|键入)\s*(?P<v>.+)", _typed("type")),
    _rule(r"清(?:空|除)\s*(?P<t>.+)", _on("clear")),
    _rule(r"取消(?:勾选|选中)\s*(?P<t>.+)", _on("uncheck")),
    _rule(r"(?:勾选|选中|打勾)\s*(?P<t>.+)", _on("check")),
    _rule(
        rf"(?:从|在)\s*(?P<t>.+?)\s*{IN}\s*选(?:择|取)?\s*(?P<v>.+)",
        lambda part, g: Instruction("choose", target=target_of(part, g["t"]), value=part.one(g["v"])),
    ),
    _rule(r"选择\s*(?P<v>.+)", lambda part, g: Instruction("choose", value=part.one(g["v"]))),
    _rule(r"(?:[向往](?P<d>[上下]))?(?:滚动|滑动)到(?:最)?(?P<end>底部?|顶部?|末尾|开头|最上面|最下面)", _scroll),
    _rule(
        rf"(?:[向往](?P<d>上|下|左|右))?(?:滚动|滑动)\s*(?:{NUMBER}\s*(?:次|格|下))?(?:\s*(?:直到|直至|到)?(?:看到|出现)?\s*(?P<u>\ue000.+?){SEEN})?",
        _scroll,
    ),
    _rule(
        rf"(?:等待|等)\s*{NUMBER}\s*(?P<unit>毫秒|秒钟?|分钟?)",
        lambda part, g: Instruction("wait", seconds=seconds(str(_number(g["n"])), g["unit"])),
    ),
    _rule(
        rf"最多(?:等待|等)\s*{NUMBER}\s*(?P<unit>毫秒|秒钟?|分钟?)[，,]?\s*(?:直到|直至|等待|等)?(?:看到|出现)?"
        rf"\s*(?P<t>.+?)\s*{SEEN}",
        _within,
    ),
    _rule(r"(?:等待|等到|等)\s*(?P<t>.+?)\s*(?:消失|不见|关闭)(?:为止)?", _on("wait_gone")),
    _rule(rf"(?:等待|等到|等)(?:看到|出现)?\s*(?P<t>.+?)\s*{SEEN}", _on("wait_for")),
    _rule(r"(?:确认|检查|确保|应该|应)?(?:没有|看不到|不应该?看到|不应该?出现)\s*(?P<t>.+)", _on("expect_not")),
    _rule(
        r"(?:确认|检查|确保)\s*(?P<t>.+?)\s*(?:(?:消失|不见)了?|不存在|没有出现|不可见|不显示)", _on("expect_not")
    ),
    _rule(
        r"(?:确认|检查|确保|应该?)(?:是否)?(?:能)?(?:页面上|屏幕上|画面上|窗口里)?(?:是否)?(?:看到|有|显示|出现)?"
        rf"\s*(?P<t>.+?)\s*{SEEN}",
        _on("expect"),
    ),
    _rule(r"打开\s*(?P<t>.+(?:菜单|标签页|选项卡|链接|下拉框|下拉列表))", _on("click")),
    _rule(
        r"(?:打开|启动|运行)(?:应用|程序)?\s*(?P<v>.+)",
        lambda part, g: Instruction("open", value=part.one(g["v"])),
    ),
    _rule(r"复制\s*(?P<t>.+)", _on("copy")),
    _rule(r"复制", lambda part, g: Instruction("copy")),
    _rule(r"粘贴到\s*(?P<t>.+?)(?:中|里)?", _on("paste")),
    _rule(r"粘贴", lambda part, g: Instruction("paste")),
    _rule(
        r"(?:读取|读出|记住|把|将)\s*(?P<t>.+?)\s*(?:的(?:值|内容|文字|文本))?\s*(?:到|为|存为|存到|保存到|保存为|读到|并存为)"
        r"\s*(?:变量)?\s*(?P<v>[\w\ue000\ue001]+)",
        _read,
    ),
    _rule(r"(?:读取|读出)\s*(?P<t>.+?)(?:的(?:值|内容|文字|文本))?", _read),
    _rule(r"(?P<say>告诉我|回答|报告)\s*(?P<t>.+?)的(?:值|内容|文字|文本)(?:是多少|是什么)?", _read),
    _rule(r"(?P<say>告诉我)\s*(?P<t>.+?)(?:是多少|是什么)?", _read),
    _rule(r"全选", lambda part, g: Instruction("press", keys=("ctrl", "a"))),
    _rule(r"(?:回答|报告|说)[:：]?\s*(?P<v>.+)", lambda part, g: Instruction("answer", value=part.full(g["v"]))),
    _rule(r"(?:完成|结束)", lambda part, g: Instruction("answer", value="")),
    _rule(
        r"放弃[:：,，]?\s*(?P<v>.+)?",
        lambda part, g: Instruction("give_up", value=part.full(g["v"]) if "v" in g else None),
    ),
    _rule(r"按(?:下(?=\s*(?:方向键|箭头键?)[上下左右])|下(?!箭头|方向))?\s*(?P<k>.+)", _press),
    _rule(r"(?:点击|单击|点按|轻点|点)\s*(?P<t>.+)", _on("click")),
]
