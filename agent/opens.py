"""Does a file open? HTML, SVG and draw.io as a model writes them, checked strictly; none of it is run."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any, Literal
from xml.parsers import expat

Kind = Literal["html", "svg", "drawio"]

XLINK = "http://www.w3.org/1999/xlink "
SVG = "http://www.w3.org/2000/svg"
VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
MAY_STAY_OPEN = frozenset(
    (
        *("html", "head", "body", "p", "li", "dt", "dd", "option", "optgroup", "rt", "rp"),
        *("td", "th", "tr", "tbody", "thead", "tfoot", "colgroup", "caption"),
    )
)
"""HTML lets these be closed by what follows."""
LOADS = frozenset(("src", "srcset", "poster", "data", "background", "href", "xlink:href", "action", "formaction"))
LINKS = frozenset(("a", "area"))
"""A person may follow these; nothing is loaded before."""
ACTIVE = frozenset(("script", "iframe", "frame", "object", "embed", "applet", "base", "portal"))
ELSEWHERE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//|\s*(?:file|ftp|blob|filesystem):", re.IGNORECASE)
SCRIPTED = re.compile(r"[\s\0-\x1f]*(?:javascript|vbscript|data:text/html)", re.IGNORECASE)
CSS_LOADS = re.compile(
    r"@import|url\(\s*[\"']?\s*(?:[a-z]+:)?//|\bimage=(?:[a-z]+:)?//|expression\(", re.IGNORECASE
)
BEGINS = {
    "html": re.compile(r"<!doctype\s+html|<html\b", re.IGNORECASE),
    "svg": re.compile(r"<\?xml\b|<svg\b"),
    "drawio": re.compile(r"<\?xml\b|<mxfile\b|<mxGraphModel\b"),
}
ENDS = {"html": ("</html>",), "svg": ("</svg>",), "drawio": ("</mxfile>", "</mxGraphModel>")}
FENCE = re.compile(r"```[\w+-]*[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)


def code_in(reply: str, kind: Kind) -> str:
    """The code of a reply: out of its fence, without the words around; "" where there is none."""
    blocks = [block[1] for block in FENCE.finditer(reply) if BEGINS[kind].search(block[1])]
    text = max(blocks, key=len) if blocks else reply
    begin = BEGINS[kind].search(text)
    if begin is None:
        return ""
    ends = [end.end() for mark in ENDS[kind] for end in re.finditer(mark, text, re.IGNORECASE)]
    return text[begin.start() : max(ends, default=len(text))].strip()


def fault_of(code: str, kind: Kind, *, active: bool = False) -> str:
    """What keeps it from opening, in words that a model can mend by; "" for nothing.

    `active`: scripts and what is loaded from elsewhere are let pass.
    """
    if not code:
        return f"there is no {kind} code in the reply"
    if kind == "html":
        return _Page(active).fault(code)
    try:
        tree = _Tree(active)
        tree.read(code)
        return tree.fault() if kind == "svg" else (tree.fault(svg=False) or _diagram_fault(tree))
    except _Refused as fault:
        return str(fault)
    except expat.ExpatError as error:
        return f"line {error.lineno}, column {error.offset}: {expat.errors.messages[error.code]}"


class _Refused(Exception):
    """Found while parsing; the parser goes no further."""


def _active_fault(tag: str, attributes: dict[str, str]) -> str:
    if tag in ACTIVE:
        return f"<{tag}> is not allowed: no scripts, and nothing from elsewhere"
    if tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
        return "<meta http-equiv=refresh> is not allowed"
    for name, value in attributes.items():
        if name.startswith("on"):
            return f'<{tag} {name}="..."> is a script, which is not allowed'
        if name in LOADS and SCRIPTED.match(value):
            return f'<{tag} {name}="{value[:40]}"> is a script, which is not allowed'
        if name in LOADS and tag not in LINKS and ELSEWHERE.match(value.split(",")[0]):
            return f'<{tag} {name}="{value[:60]}"> is loaded from elsewhere, which is not allowed'
        if (name == "style" or value.lstrip().startswith("url(")) and CSS_LOADS.search(value):
            return f'<{tag} {name}="{value[:60]}"> loads from elsewhere, which is not allowed'
    return ""


class _Page(HTMLParser):
    """Goes through a page and stops at the first thing that is wrong."""

    def __init__(self, active: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._active = active
        self._open: list[tuple[str, int]] = []
        self._seen: set[str] = set()
        self._content = False
        self._doctype = False

    def fault(self, code: str) -> str:
        try:
            self.feed(code)
            self.close()
        except _Refused as fault:
            return str(fault)
        if not code.lower().endswith("</html>"):  # the parser passes over what breaks off within a tag
            return f"it breaks off before </html>, at: {code[-60:]}"
        if not self._doctype:
            return "it does not begin with <!DOCTYPE html>"
        if "body" not in self._seen:
            return "there is no <body>"
        return "" if self._content else "the page shows nothing"

    def handle_decl(self, decl: str) -> None:
        self._doctype = self._doctype or decl.lower().startswith("doctype html")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._active and (fault := _active_fault(tag, {name: value or "" for name, value in attrs})):
            raise _Refused(f"line {self.getpos()[0]}: {fault}")
        self._seen.add(tag)
        self._content = self._content or tag in ("img", "svg", "input", "hr", "canvas") or tag == "div"
        if tag not in VOID:
            self._open.append((tag, self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        # <div/> opens a div in HTML, but <path/> within an svg is whole
        if tag not in VOID and any(name == "svg" for name, _ in self._open):
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while self._open and self._open[-1][0] != tag and self._open[-1][0] in MAY_STAY_OPEN:
            if not any(name == tag for name, _ in self._open):
                break
            self._open.pop()
        if not self._open or self._open[-1][0] != tag:
            inner = f", while <{self._open[-1][0]}> of line {self._open[-1][1]} is open" if self._open else ""
            raise _Refused(f"line {self.getpos()[0]}: </{tag}> closes nothing{inner}")
        self._open.pop()

    def handle_data(self, data: str) -> None:
        within = self._open[-1][0] if self._open else ""
        if within == "style" and not self._active and (loads := CSS_LOADS.search(data)):
            raise _Refused(f"the style loads from elsewhere: {data[loads.start() :][:60]}")
        if data.strip() and within not in ("style", "script", "title", "head", ""):
            self._content = True


class _Tree:
    """An XML file's elements: (tag, attributes) in order, the first the root. Entities are refused unread."""

    def __init__(self, active: bool) -> None:
        self._active = active
        self._style = False
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._parser: Any = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.EntityDeclHandler = self._entity
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.ProcessingInstructionHandler = self._instruction

    def read(self, code: str) -> None:
        self._parser.Parse(code.encode("utf-8", "surrogatepass"), True)

    def fault(self, *, svg: bool = True) -> str:
        tag = self.elements[0][0]
        if svg:
            if tag == "svg":
                return f'the root must be <svg xmlns="{SVG}" ...>; without it no browser shows it'
            return (
                "" if tag == f"{SVG} svg" and len(self.elements) > 1 else f"the root is <{tag}>, or shows nothing"
            )
        return "" if tag in ("mxfile", "mxGraphModel") else f"the root is <{tag}>; it must be <mxfile>"

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements.append((tag, attributes))
        plain = {
            name.replace("http://www.w3.org/1999/xlink ", "xlink:"): value for name, value in attributes.items()
        }
        if not self._active and (fault := _active_fault(tag.rpartition(" ")[2].lower(), plain)):
            raise _Refused(f"line {self._parser.CurrentLineNumber}: {fault}")
        self._style = tag.endswith("style")

    def _end(self, tag: str) -> None:
        self._style = False

    def _text(self, data: str) -> None:
        if self._style and not self._active and (loads := CSS_LOADS.search(data)):
            raise _Refused(f"the style loads from elsewhere: {data[loads.start() :][:60]}")

    def _entity(self, name: str, *rest: object) -> None:
        raise _Refused(f"<!ENTITY {name} ...> is not allowed; write the characters themselves")

    def _doctype(self, name: str, system: str | None, public: str | None, inner: bool) -> None:
        if inner:
            raise _Refused("a <!DOCTYPE> with declarations in it is not allowed; leave it")

    def _instruction(self, target: str, data: str) -> None:
        if not self._active and target.lower() == "xml-stylesheet":
            raise _Refused("<?xml-stylesheet?> loads from elsewhere, which is not allowed")


def _diagram_fault(tree: _Tree) -> str:
    """draw.io shows an empty page, or breaks, where cells refer to what is not there."""
    names = [tag for tag, _ in tree.elements]
    cells = [attributes for tag, attributes in tree.elements if tag == "mxCell"]
    # an <object id=...> or <UserObject id=...> around a cell gives it its id
    ids = [attributes["id"] for tag, attributes in tree.elements if "id" in attributes and tag != "diagram"]
    if "mxGraphModel" not in names or "root" not in names:
        return "there is no <mxGraphModel> with a <root>; write it out, not compressed"
    if {"0", "1"} - set(ids):
        return 'the root must hold <mxCell id="0"/> and <mxCell id="1" parent="0"/>'
    twice = [each for each in ids if ids.count(each) > 1]
    if twice:
        return f"the id {twice[0]!r} is there twice"
    for cell in cells:
        for link in ("parent", "source", "target"):
            if link in cell and cell[link] not in ids:
                return f'a cell\'s {link} is "{cell[link]}", which no cell has as its id'
    return (
        ""
        if any("vertex" in cell or "edge" in cell for cell in cells)
        else "the diagram holds no box and no arrow"
    )
