"""PDFs by page, and texts: lazily, in any language, and with what is wrong with them told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))

from pdfs import pdf_of

from screenwright.tools.inputs import BadInput, Bounds, Words, open_input, open_inputs
from screenwright.tools.inputs.sampling import page_numbers

LOCKED = b"""%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [] /Count 0 >> endobj
3 0 obj << /Filter /Standard /V 1 /R 2 /P -64
/O <1c6ebe5b3e7e0a2c0f4a6f1f0d7c8b9a1c6ebe5b3e7e0a2c0f4a6f1f0d7c8b9a>
/U <2c6ebe5b3e7e0a2c0f4a6f1f0d7c8b9a1c6ebe5b3e7e0a2c0f4a6f1f0d7c8b9a> >> endobj
trailer << /Size 4 /Root 1 0 R /Encrypt 3 0 R /ID [<00> <00>] >>
%%EOF
"""


def document(said: str | Path, bounds: Bounds | None = None) -> Any:
    return open_input(said, bounds or Bounds())


def test_a_page_is_a_picture_and_its_text(tmp_path: Path) -> None:
    (tmp_path / "no-suffix").write_bytes(pdf_of(["Invoice 42\nTotal 99.50", "Second"]))
    with open_inputs([tmp_path / "no-suffix"]) as (held,):
        pdf: Any = held
        assert (list(pdf.numbers), pdf.total, pdf.name) == ([1, 2], 2, "no-suffix")
        page = pdf.page(1)
        assert (page.number, page.text) == (1, "Invoice 42\nTotal 99.50")
        height, width, _ = page.pixels.shape
        assert width % 32 == height % 32 == 0
        assert 0.8 * 1280 <= width * height / 1024 <= 1280
        assert page.pixels[:5, :5].min() == 255
        assert page.pixels[height // 10 : height // 4].min() < 100  # the words are drawn there


def test_a_small_page_is_not_blown_up_and_a_long_one_is_fitted(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(pdf_of(["x"], size=(72, 72)))
    assert document(tmp_path / "a").page(1).pixels.shape == (288, 288, 3)
    (tmp_path / "b").write_bytes(pdf_of(["x"], size=(14_000, 100)))
    height, width, _ = document(tmp_path / "b", Bounds(tokens=256)).page(1).pixels.shape
    assert width * height <= 256 * 1024


def test_pages_are_picked(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_of([f"page {n}" for n in range(1, 12)]))
    pdf = document(f"{tmp_path}/a.pdf#3-4,1,10-")
    assert list(pdf.numbers) == [3, 4, 1, 10, 11]
    assert pdf.page(10).text == "page 10"
    for said in ("12", "0", "5-3", "11-12"):
        with pytest.raises(BadInput, match="has pages 1 to 11"):
            document(f"{tmp_path}/a.pdf#{said}")
    assert list(page_numbers("", 3, "x")) == [1, 2, 3]


def test_three_hundred_pages_take_no_more_memory_than_one(tmp_path: Path) -> None:
    (tmp_path / "long.pdf").write_bytes(pdf_of([f"page {n}" for n in range(1, 301)]))
    code = """
import resource, sys
from screenwright.tools.inputs import Bounds, open_input
pdf = open_input(sys.argv[1], Bounds(tokens=400))
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for number in pdf.numbers:
    page = pdf.page(number)
    assert page.text == f"page {number}"
    if number == 20:
        early = peak()
print((peak() - early) / 1024, pdf.total)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "long.pdf")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    grown, total = done.stdout.split()
    assert total == "300"
    assert float(grown) < 12  # MB; kept, the pages would be 330


def test_what_is_too_large_is_refused_before_it_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "wide").write_bytes(pdf_of(["x"], size=(90_000, 90_000)))
    with pytest.raises(BadInput, match=r"page 1 of wide is .* points; a page may have 1 to 14400"):
        document(tmp_path / "wide").page(1)
    (tmp_path / "bomb").write_bytes(pdf_of(["x"], image=(50_000, 50_000)))
    with pytest.raises(BadInput, match=r"page 1 of bomb holds a picture of 50000 x 50000, 2,500,000,000 pixels"):
        document(tmp_path / "bomb").page(1)
    (tmp_path / "strip").write_bytes(pdf_of(["x"], size=(14_000, 20)))
    with pytest.raises(BadInput, match="longer than 200 times"):
        document(tmp_path / "strip").page(1)


def test_locked_damaged_and_empty_pdfs_are_said(tmp_path: Path) -> None:
    for name, data, said in (
        ("locked", LOCKED, "locked is locked with a password; save a copy without one"),
        ("broken", b"%PDF-1.7\n" + b"x" * 100, "can't be read as a PDF"),
        ("none", pdf_of([]), "has no pages|can't be read"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadInput, match=said):
            document(tmp_path / name)


def test_a_scan_has_a_picture_and_no_text(tmp_path: Path) -> None:
    Image.new("RGB", (400, 500), (250, 240, 230)).save(tmp_path / "scan.pdf", "PDF")
    page = document(tmp_path / "scan.pdf").page(1)
    assert page.text == ""
    assert abs(int(page.pixels[50, 50, 2]) - 230) < 6


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("合计：99.5 元\nالمجموع\nรวม 👍".encode(), "合计：99.5 元\nالمجموع\nรวม 👍"),
        (b"\xef\xbb\xbfa,b\n1,2", "a,b\n1,2"),
        ("你好".encode("utf-16"), "你好"),
        ("# Überschrift\n\n* eins".encode(), "# Überschrift\n\n* eins"),
        (
            "<!doctype html><title>收据</title><style>p{}</style><script>x()</script><p>Hello &amp;\n  you<br>"
            "<table><tr><td>茶</td><td>3</td></tr><tr><td>ชา</td><td>4</td></tr></table>"
            "<img src=x alt='a cat'><pre>a  b\nc</pre>".encode(),
            "收据\n\nHello & you\n\n茶\t3\n\nชา\t4\n\n[a cat]\na  b\nc",
        ),
        ("<html><meta charset='gb18030'><body>中文".encode("gb18030"), "中文"),
        (b"<html><meta charset='nonsense'><body>plain", "plain"),
    ],
)
def test_texts(data: bytes, text: str, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(data)
    words = open_input(tmp_path / "a.png")
    assert isinstance(words, Words)
    assert words.text == text


def test_texts_that_cant_be_read(tmp_path: Path) -> None:
    for data, said in (
        ("中文字".encode("gb18030"), "is not UTF-8 from byte 0 on; write it anew"),
        (b"  \n\n ", "holds no text"),
        (b"<html><body></body></html>", "holds no text"),
    ):
        (tmp_path / "a").write_bytes(data)
        with pytest.raises(BadInput, match=said):
            open_input(tmp_path / "a")
    (tmp_path / "long").write_bytes(b"word " * 100)
    with pytest.raises(BadInput, match="holds 500 bytes of text; at most 499 are read"):
        open_input(tmp_path / "long", Bounds(file_bytes=499))


def test_without_the_package_the_command_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_of(["x"]))
    code = (
        "import sys; sys.modules['pypdfium2'] = None\n"
        "from screenwright.tools.errors import NotInstalled\n"
        "from screenwright.tools.inputs import open_input\n"
        "try: open_input(sys.argv[1])\n"
        "except NotInstalled as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.pdf")], capture_output=True, text=True, check=True
    )
    assert "pip install pypdfium2" in done.stdout
