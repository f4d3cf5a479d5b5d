"""A picture as HTML, SVG or draw.io: taken out of the reply, and checked to open before it is written."""

from __future__ import annotations

import numpy as np
import pytest

from screenwright.agent.asking import NotHeld
from screenwright.agent.opens import Kind, code_in, fault_of
from screenwright.agent.rebuilding import rebuild
from screenwright.policies.chat import Reply
from screenwright.policies.scripted_model import ScriptedModel
from screenwright.tools.inputs import BadInput, Still, Words

PICTURE = Still("图.png", np.full((480, 640, 3), 220, np.uint8))
PAGE = "<!DOCTYPE html>\n<html><head><title>收据</title></head><body><p>Total ٩٩ 👍</p></body></html>"
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>สวัสดี</text></svg>'
DIAGRAM = (
    '<mxfile><diagram name="甲"><mxGraphModel><root><mxCell id="0"/><mxCell id="1" parent="0"/>'
    '<mxCell id="a" value="开始" vertex="1" parent="1"><mxGeometry width="80" height="40" as="geometry"/></mxCell>'
    '<mxCell id="b" value="JavaScript: x" vertex="1" parent="1"/>'
    '<mxCell id="c" edge="1" parent="1" source="a" target="b"/></root></mxGraphModel></diagram></mxfile>'
)
GOOD: dict[Kind, str] = {"html": PAGE, "svg": DRAWING, "drawio": DIAGRAM}


@pytest.mark.parametrize("kind", ["html", "svg", "drawio"])
def test_what_opens_is_given_as_it_is(kind: Kind) -> None:
    code = GOOD[kind]
    assert fault_of(code, kind) == ""
    for reply in (
        code,
        f"Here it is:\n\n```{kind}\n{code}\n```\nI left out the shadow.",
        f"```\n{code}",
        f"Of course. {code}\nAnything else?",
        f"```text\nnot this\n```\nbut\n```xml\n{code}\n```",
        f"<think><svg> or <html>?</think>\n{code}",
    ):
        built = rebuild(ScriptedModel([reply]), [PICTURE], kind)
        assert built.code == code + "\n"
        assert built.asked == 1


def test_an_xml_declaration_and_a_plain_doctype_may_stand_before() -> None:
    begin = '<?xml version="1.0" encoding="UTF-8"?>\n'
    plain = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
    assert fault_of(begin + plain + DRAWING, "svg") == ""
    assert code_in(f"so: {begin}{DRAWING}", "svg") == begin + DRAWING


BROKEN: list[tuple[Kind, str, str]] = [
    ("html", "", "there is no html code"),
    ("html", PAGE.replace("<!DOCTYPE html>", ""), "does not begin with <!DOCTYPE html>"),
    ("html", PAGE.replace("<p>", "<div><p>"), "</body> closes nothing, while <div> of line 2 is open"),
    ("html", PAGE.replace("</p>", "</span></p>"), "</span> closes nothing"),
    (
        "html",
        PAGE.replace("<p>", "<div>").replace("</p>", "").replace("</body>", ""),
        "while <div> of line 2 is open",
    ),
    ("html", PAGE.replace("</p></body></html>", '<img src="x'), "breaks off before </html>, at: .*<img src"),
    ("html", "<!DOCTYPE html><html><head></head></html>", "no <body>"),
    ("html", "<!DOCTYPE html><html><body></body></html>", "shows nothing"),
    ("html", PAGE.replace("<p>", "<script>x()</script><p>"), "<script> is not allowed"),
    ("html", PAGE.replace("<p>", '<p onclick="x()">'), "is a script"),
    ("html", PAGE.replace("<p>", '<p><a href=" javascript:x()">a</a>'), "is a script"),
    ("html", PAGE.replace("<p>", '<img src="https://example.com/a.png"><p>'), "loaded from elsewhere"),
    ("html", PAGE.replace("<p>", '<img src="//example.com/a.png"><p>'), "loaded from elsewhere"),
    ("html", PAGE.replace("<p>", '<img src="file:///etc/hostname"><p>'), "loaded from elsewhere"),
    ("html", PAGE.replace("</head>", '<link rel=stylesheet href="https://x.org/a.css"></head>'), "from elsewhere"),
    ("html", PAGE.replace("</head>", "<style>@import 'x.css'</style></head>"), "style loads from elsewhere"),
    ("html", PAGE.replace("<p>", '<p style="background:url(https://x.org/a)">'), "loads from elsewhere"),
    ("html", PAGE.replace("</head>", '<meta http-equiv="Refresh" content="0;url=x"></head>'), "refresh"),
    ("svg", DRAWING.replace(' xmlns="http://www.w3.org/2000/svg"', ""), "the root must be <svg xmlns="),
    ("svg", DRAWING.replace("</text>", ""), "mismatched tag"),
    ("svg", DRAWING.replace("<text>", "<text>a & b"), "line 1, column"),
    ("svg", '<svg xmlns="http://www.w3.org/2000/svg"></svg>', "shows nothing"),
    (
        "svg",
        f'<?xml version="1.0"?>\n<g xmlns="http://www.w3.org/2000/svg">{DRAWING}</g>',
        "mismatched|the root is",
    ),
    ("svg", DRAWING.replace("<text>", "<script>x()</script><text>"), "<script> is not allowed"),
    ("svg", DRAWING.replace("<text>", '<text onload="x()">'), "is a script"),
    ("svg", DRAWING.replace("<text>", '<image href="https://x.org/a.png"/><text>'), "loaded from elsewhere"),
    ("svg", DRAWING.replace("<text>", "<style>a{fill:url(http://x.org/a)}</style><text>"), "style loads"),
    ("svg", '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaa">]>' + DRAWING, "DOCTYPE.* with declarations"),
    ("svg", '<?xml version="1.0"?><?xml-stylesheet href="a.css"?>' + DRAWING, "xml-stylesheet"),
    ("drawio", DIAGRAM.replace('source="a"', 'source="z"'), 'source is "z", which no cell has'),
    ("drawio", DIAGRAM.replace('id="b"', 'id="a"'), "the id 'a' is there twice"),
    ("drawio", DIAGRAM.replace('<mxCell id="0"/>', ""), "must hold <mxCell id="),
    ("drawio", "<mxfile><diagram>7Vpbc9o4FP41</diagram></mxfile>", "not compressed"),
    ("drawio", DIAGRAM.replace(' vertex="1"', "").replace(' edge="1"', ""), "no box and no arrow"),
    ("drawio", DIAGRAM.replace('vertex="1"', 'style="image=https://x.org/a.png" vertex="1"'), "from elsewhere"),
    ("drawio", DIAGRAM.replace("</root>", ""), "mismatched tag"),
]


@pytest.mark.parametrize(("kind", "code", "fault"), BROKEN)
def test_what_does_not_open_is_said_in_words_that_help(kind: Kind, code: str, fault: str) -> None:
    import re

    assert re.search(fault, fault_of(code, kind)), fault_of(code, kind)


@pytest.mark.parametrize(
    "code",
    [
        PAGE.replace("<p>", "<ul><li>a<li>b</ul><table><tr><td>1<td>2<tr><td>3</table><br/><hr><p>a<p>"),
        PAGE.replace("<p>", '<svg viewBox="0 0 9 9"><path d="M0 0"/><g><rect/></g></svg><p>'),
        PAGE.replace("<p>", '<p><a href="https://example.com">there</a> <img src="data:image/png;base64,x">'),
        PAGE.replace("</head>", "<style>p > a{color:#fff;background:url(#g)}</style></head>"),
    ],
)
def test_what_html_allows_is_let_pass(code: str) -> None:
    assert fault_of(code, "html") == ""


def test_scripts_pass_where_they_are_asked_for() -> None:
    code = PAGE.replace("<p>", '<script src="https://x.org/a.js"></script><p>')
    assert fault_of(code, "html")
    assert fault_of(code, "html", active=True) == ""


def test_an_entity_bomb_is_refused_at_its_first_declaration() -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 20}">' for n in range(20)
    )
    assert "DOCTYPE" in fault_of(bomb + "]>" + DRAWING.replace("<text>", "<text>&u;"), "svg")


def test_the_model_is_told_once_what_is_wrong() -> None:
    model = ScriptedModel([DRAWING.replace("</text>", ""), DRAWING])
    built = rebuild(model, [PICTURE], "svg", question="without the frame")
    assert (built.code, built.asked) == (DRAWING + "\n", 2)
    assert "without the frame" in model.requests[0].text
    assert "That does not open: line 1" in model.requests[1].turns[-1].text
    assert model.requests[1].turns[-2].text == DRAWING.replace("</text>", "")


def test_twice_wrong_is_said_with_the_reply_kept() -> None:
    with pytest.raises(NotHeld, match="the model's drawio does not open: there is no drawio code") as told:
        rebuild(ScriptedModel(["I can't.", "Really not."]), [PICTURE], "drawio")
    assert told.value.reply == "Really not."
    cut = ScriptedModel([Reply(PAGE[:60], finish="length")])
    with pytest.raises(NotHeld, match="cut off at 8192 tokens"):
        rebuild(cut, [PICTURE], "html")
    assert len(cut.requests) == 1


def test_one_picture_is_rebuilt_at_a_time() -> None:
    for inputs in ([], [PICTURE, PICTURE], [Words("a.txt", "x")]):
        with pytest.raises(BadInput, match="needs one picture, or one page such as"):
            rebuild(ScriptedModel(), inputs, "svg")
