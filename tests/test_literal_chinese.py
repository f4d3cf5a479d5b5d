"""中文步骤 mean what a person would mean by them."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenwright.policies.literal.chinese import parse
from screenwright.policies.literal.instruction import Instruction
from screenwright.tools.elements import Target
from screenwright.tools.errors import BadScript


def T(text: str | None = None, role: object = None, ordinal: int | None = None) -> Target:
    return Target(text, role, ordinal)  # type: ignore[arg-type]


I = Instruction  # noqa: E741
ONE: list[tuple[str, Instruction]] = [
    ("点击“保存”", I("click", T("保存"))),
    ("单击“保存”按钮。", I("click", T("保存", "button"))),
    ("请点击「确定」", I("click", T("确定"))),
    ("点击保存", I("click", T("保存"))),
    ("双击“文件.txt”", I("double_click", T("文件.txt"))),
    ("右键点击“文件”", I("right_click", T("文件"))),
    ("右击“文件”", I("right_click", T("文件"))),
    ("悬停在“帮助”上", I("hover", T("帮助"))),
    ("把“甲”拖到“乙”", I("drag", T("甲"), to=T("乙"))),
    ("将“甲”拖动到“乙”上", I("drag", T("甲"), to=T("乙"))),
    ("在“姓名”中输入“张三”", I("type", T("姓名"), "张三")),
    ("在“姓名”输入框中输入“张三”", I("type", T("姓名", "field"), "张三")),
    ("在 姓名 里填写 “张三”", I("type", T("姓名"), "张三")),
    ("输入“你好，世界”", I("type", None, "你好，世界")),
    ("把“张三”输入到“姓名”", I("type", T("姓名"), "张三")),
    ("在“备注”中追加“！”", I("append", T("备注"), "！")),
    ("清空“姓名”", I("clear", T("姓名"))),
    ("按下回车", I("press", keys=("enter",))),
    ("按回车键", I("press", keys=("enter",))),
    ("按 Ctrl+S", I("press", keys=("ctrl", "S"))),
    ("按 Tab 键 3 次", I("press", keys=("tab",), count=3)),
    ("按下“提交”按钮", I("click", T("提交", "button"))),
    ("从“国家”中选择“中国”", I("choose", T("国家"), "中国")),
    ("在“国家”下拉框中选择“中国”", I("choose", T("国家", "combo"), "中国")),
    ("选择“红茶”", I("choose", None, "红茶")),
    ("勾选“同意”", I("check", T("同意"))),
    ("取消勾选“同意”", I("uncheck", T("同意"))),
    ("向下滚动", I("scroll", direction="down", count=3)),
    ("向上滚动 5 次", I("scroll", direction="up", count=5)),
    ("向下滚动直到看到“确定”", I("scroll", direction="down", count=3, until=T("确定"))),
    ("等待 3 秒", I("wait", seconds=3)),
    ("等待两秒", I("wait", seconds=2)),
    ("等待“完成”", I("wait_for", T("完成"))),
    ("等待“完成”出现（20 秒）", I("wait_for", T("完成"), seconds=20)),
    ("等待“加载中”消失", I("wait_gone", T("加载中"))),
    ("确认看到“成功”", I("expect", T("成功"))),
    ("检查“成功”", I("expect", T("成功"))),
    ("应该看到“成功”", I("expect", T("成功"))),
    ("确认没有“错误”", I("expect_not", T("错误"))),
    ("打开 mousepad", I("open", value="mousepad")),
    ("启动“计算器”", I("open", value="计算器")),
    ("复制“总计”", I("copy", T("总计"))),
    ("粘贴到“备注”中", I("paste", T("备注"))),
    ("读取“总计”到 total", I("read", T("总计"), "total")),
    ("回答“42”", I("answer", value="42")),
    ("完成", I("answer", value="")),
    ("点击第二个“删除”按钮", I("click", T("删除", "button", 2))),
    ("点击最后一个“删除”", I("click", T("删除", ordinal=-1))),
    ("点击“张三”右边的“编辑”", I("click", Target("编辑", None, None, "right_of", T("张三")))),
    ("点击“张三”所在行的“删除”按钮", I("click", Target("删除", "button", None, "in_row_of", T("张三")))),
    ("点击“标题”下面的第一个输入框", I("click", Target(None, "field", 1, "below", T("标题")))),
]  # fmt: skip


@pytest.mark.parametrize(("said", "meant"), ONE, ids=[said for said, _ in ONE])
def test_one_step(said: str, meant: Instruction) -> None:
    assert [replace(step, source="", line=0) for step in parse(said)] == [meant]


MORE: list[tuple[str, list[Instruction]]] = [
    ("按下 Ctrl+A 和 Ctrl+C", [I("press", keys=("ctrl", "A")), I("press", keys=("ctrl", "C"))]),
    ("按两次 Tab", [I("press", keys=("tab",), count=2)]),
    ("按向下键 3 次", [I("press", keys=("down",), count=3)]),
    ("按下方向键下", [I("press", keys=("down",))]),
    ("点击“保存”按钮两次", [I("click", T("保存", "button"), count=2)]),
    ("点击“甲”、“乙”和“丙”", [I("click", T(t)) for t in "甲乙丙"]),
    ("点击'保存'", [I("click", T("保存"))]),
    ("点击倒数第二个“删除”", [I("click", T("删除", ordinal=-2))]),
    ("点击第十二个链接", [I("click", T(None, "link", 12))]),
    ("双击桌面上的“文件”", [I("double_click", T("文件"))]),
    ("把“姓名”改为“李四”", [I("type", T("姓名"), "李四")]),
    ("将“种类”下拉框设置为“红茶”", [I("choose", T("种类", "combo"), "红茶")]),
    ("等待三十秒", [I("wait", seconds=30)]),
    ("最多等待 30 秒直到看到“完成”", [I("wait_for", T("完成"), seconds=30)]),
    ("滚动到底部", [I("scroll", direction="down", count=0)]),
    ("往上滚动", [I("scroll", direction="up", count=3)]),
    ("滚动到“确定”", [I("scroll", direction="down", count=3, until=T("确定"))]),
    ("确认页面上有“成功”", [I("expect", T("成功"))]),
    ("确认“错误”不存在", [I("expect_not", T("错误"))]),
    ("打开“文件”菜单", [I("click", T("文件", "menu"))]),
    ("把“总计”的值保存到 n", [I("read", T("总计"), "n")]),
    ("读取“总计”右边的数字到 n", [I("read", Target(None, None, None, "right_of", T("总计")), "n")]),
    ("告诉我“总计”", [I("read", T("总计"), "answer"), I("answer", value="{{answer}}")]),
    ("全选", [I("press", keys=("ctrl", "a"))]),
]  # fmt: skip


@pytest.mark.parametrize(("said", "meant"), MORE, ids=[said for said, _ in MORE])
def test_more_than_one_word_for_it(said: str, meant: list[Instruction]) -> None:
    assert [replace(step, source="", line=0) for step in parse(said)] == meant


@pytest.mark.parametrize("said", ["在“姓名”和“昵称”中输入“张三”", "点击右边的“确定”", "选择“红茶”作为“种类”"])
def test_words_that_would_be_lost_are_refused(said: str) -> None:
    with pytest.raises(BadScript, match="line 7: "):
        parse(said, 7)


@pytest.mark.parametrize(
    ("said", "verbs"),
    [
        ("在“姓名”中输入“张三”，然后点击“提交”", ["type", "click"]),
        ("勾选“同意”并点击“提交”", ["check", "click"]),
        ("点击“新建”，在“名称”中输入“a，点击b”；按下回车。", ["click", "type", "press"]),
        ("点击“保存”再等待“完成”", ["click", "wait_for"]),
    ],
)
def test_several_steps_in_one_sentence(said: str, verbs: list[str]) -> None:
    assert [step.verb for step in parse(said)] == verbs


def test_what_is_not_understood_is_said_with_the_line() -> None:
    with pytest.raises(BadScript, match=r"line 3: .*不懂.* is not understood"):
        parse("不懂“这个”", 3)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_any_text_is_understood_or_refused(said: str) -> None:
    with contextlib.suppress(BadScript):
        parse("点击" + said)


@given(st.text(st.characters(exclude_characters="”", exclude_categories=("Cs", "Co")), min_size=1, max_size=30))
def test_what_is_quoted_arrives_as_it_is(text: str) -> None:
    if text.strip() != text:
        return
    step = parse(f"在“备注”中输入“{text}”")[0]
    assert (step.verb, step.value) == ("type", text)


def test_a_key_that_is_none_is_named_with_the_line() -> None:
    with pytest.raises(BadScript, match=r"line 3: .*there is no key 'Bogus'"):
        parse("按下Ctrl+Bogus键", 3)
