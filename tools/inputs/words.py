"""Text files, and what a page of HTML says."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from screenwright.tools.inputs.kinds import BadInput, Words

BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "footer"),
        *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option"),
        *("p", "pre", "section", "table", "title", "tr", "ul"),
    )
)
UNSEEN = frozenset(("script", "style", "template", "noscript"))
DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)


def words_of(data: bytes, name: str, *, html: bool, charset: str = "") -> Words:
    """The text; of HTML what a reader sees, a table's cells apart by tabs. BadInput names the encoding."""
    if html and not charset and (declared := DECLARED.search(data[:4096])):
        charset = declared[1].decode()
    text = _decoded(data, name, charset)
    if html:
        page = _Visible()
        page.feed(text)
        page.close()
        text = page.text()
    if not text.strip():
        raise BadInput(f"{name} holds no text")
    return Words(name, text)


def _decoded(data: bytes, name: str, charset: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        charset = "utf-16"
    try:
        return data.decode(charset or "utf-8-sig").removeprefix("\ufeff")
    except LookupError:
        return _decoded(data, name, "")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{name} is not {charset or 'UTF-8'} from byte {error.start} on; write it anew in UTF-8, "
            "such as: iconv -f GB18030 -t UTF-8"
        ) from error


class _Visible(HTMLParser):
    """Collects what would be seen."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._unseen: list[str] = []
        self._exact = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen.append(tag)
        elif tag in ("td", "th"):
            self._parts.append("\t")
        elif tag in BLOCKS:
            self._parts.append("\n")
        self._exact += tag == "pre"
        if tag == "img" and (said := dict(attrs).get("alt")):
            self._parts.append(f"[{said}]")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        elif tag in BLOCKS:
            self._parts.append("\n")
        self._exact = max(0, self._exact - (tag == "pre"))

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._parts.append(data if self._exact else re.sub(r"[ \t\r\n\f]+", " ", data))

    def text(self) -> str:
        lines = (re.sub(r" *\t *", "\t", line).rstrip() for line in "".join(self._parts).split("\n"))
        rows = [line.strip(" ").removeprefix("\t") for line in lines]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(rows)).strip()
