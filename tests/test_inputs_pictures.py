"""Pictures of every kind come out upright, on white, in the colours they have; bombs are refused unread."""

from __future__ import annotations

import base64
import struct
import zlib
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from screenwright.tools.geometry import Size
from screenwright.tools.inputs import BadInput, Bounds, Document, Film, Still, Words, open_input, open_inputs
from screenwright.tools.inputs.fitting import fitted, fitted_size, token_count
from screenwright.tools.inputs.sniff import kind_of
from screenwright.tools.observation import Pixels

RED, GREEN = (220, 30, 40), (20, 160, 60)


def halves(
    size: tuple[int, int] = (80, 40), left: Any = RED, right: Any = GREEN, mode: str = "RGB"
) -> Image.Image:
    """Left red, right green."""
    picture = Image.new(mode, size, left)
    ImageDraw.Draw(picture).rectangle((size[0] // 2, 0, size[0], size[1]), fill=right)
    return picture


def shown(path: Path | str, bounds: Bounds | None = None) -> Pixels:
    opened = open_input(path, bounds or Bounds())
    assert isinstance(opened, Still)
    return opened.pixels


def near(pixel: Any, colour: tuple[int, int, int], by: int = 12) -> bool:
    return all(abs(int(a) - b) <= by for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_what_a_picture_is_its_bytes_say_not_its_name(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "图片 ภาพ.pdf"
    halves().save(path, kind)
    pixels = shown(path)
    assert pixels.shape == (40, 80, 3)
    assert pixels.dtype == np.uint8
    assert near(pixels[20, 10], RED)
    assert near(pixels[20, 70], GREEN)


def test_the_camera_was_held_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter to the right
    halves().save(tmp_path / "a.jpg", exif=exif)
    pixels = shown(tmp_path / "a.jpg")
    assert pixels.shape == (80, 40, 3)
    assert near(pixels[10, 20], RED)
    assert near(pixels[70, 20], GREEN)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "PA"])
def test_transparent_parts_are_white(mode: str, tmp_path: Path) -> None:
    clear = halves(left=(0, 0, 0, 0), right=(0, 0, 0, 255), mode="RGBA")
    if mode == "P":
        palette = halves(left=0, right=1, mode="P")
        palette.putpalette([0, 0, 0, 0, 0, 0])
        palette.save(tmp_path / "a.png", transparency=0)
    else:
        (clear if mode == "RGBA" else clear.convert("LA")).save(tmp_path / "a.png")
    pixels = shown(tmp_path / "a.png")
    assert near(pixels[20, 10], (255, 255, 255), 0)
    assert near(pixels[20, 70], (0, 0, 0), 0)


def test_half_transparent_is_half_white(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (200, 0, 0, 128)).save(tmp_path / "a.png")
    assert near(shown(tmp_path / "a.png")[4, 4], (227, 127, 127), 2)


def test_sixteen_bits_a_level_are_scaled_not_cut_off(tmp_path: Path) -> None:
    levels = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (16, 1))
    for name in ("a.png", "a.tiff"):
        Image.fromarray(levels).save(tmp_path / name)
        pixels = shown(tmp_path / name)
        assert pixels[0, 0].tolist() == [0, 0, 0]
        assert near(pixels[0, 32], (129, 129, 129), 3)
        assert pixels[0, 63].tolist() == [255, 255, 255]
    dark = np.full((8, 8), 200, np.uint16)
    Image.fromarray(dark).save(tmp_path / "dark.png")
    assert shown(tmp_path / "dark.png").max() <= 1


def test_levels_as_fractions_are_shown(tmp_path: Path) -> None:
    Image.fromarray(np.tile(np.linspace(0, 1, 64).astype(np.float32), (16, 1))).save(tmp_path / "a.tiff")
    assert near(shown(tmp_path / "a.tiff")[0, 32], (129, 129, 129), 3)


def test_the_colours_of_print(tmp_path: Path) -> None:
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / "a.jpg")
    assert near(shown(tmp_path / "a.jpg")[8, 8], (255, 0, 0), 20)


def test_one_bit_and_palette(tmp_path: Path) -> None:
    halves(left=0, right=1, mode="1").save(tmp_path / "a.png")
    assert shown(tmp_path / "a.png")[20, 70].tolist() == [255, 255, 255]
    halves().quantize(8).save(tmp_path / "b.gif")
    assert near(shown(tmp_path / "b.gif")[20, 10], RED)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_a_film(kind: str, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 64), (n * 20, 0, 0)) for n in range(10)]
    frames[0].save(tmp_path / "a", kind, save_all=True, append_images=frames[1:], duration=[100] * 9 + [5000])
    film = open_input(tmp_path / "a")
    assert isinstance(film, Film)
    assert film.seconds[0] == 0
    assert film.seconds[-1] == pytest.approx(0.9)
    assert film.length_s == pytest.approx(5.9)
    assert len(film.frames) >= 4
    assert near(film.frames[-1][30, 30], (180, 0, 0))
    frames[0].save(tmp_path / "one", kind)
    assert isinstance(open_input(tmp_path / "one"), Still)


def test_a_scan_of_several_pages_is_a_document(tmp_path: Path) -> None:
    pages = [halves((200, 300), left=(n, 0, 0)) for n in (0, 100, 200)]
    pages[0].save(tmp_path / "scan", "TIFF", save_all=True, append_images=pages[1:])
    with open_inputs([f"{tmp_path}/scan#2-3"]) as (scan,):
        assert not isinstance(scan, Still | Film)
        document: Any = scan
        assert (list(document.numbers), document.total) == ([2, 3], 3)
        assert near(document.page(3).pixels[5, 5], (200, 0, 0))
        held: Document = document
        assert held.name == "scan"


def test_a_damaged_animation_shows_what_there_is(tmp_path: Path) -> None:
    noise = np.random.default_rng(1)
    frames = [Image.fromarray(noise.integers(0, 255, (64, 64, 3), np.uint8)) for _ in range(8)]
    whole = BytesIO()
    frames[0].save(whole, "GIF", save_all=True, append_images=frames[1:], duration=500)
    (tmp_path / "a.gif").write_bytes(whole.getvalue()[: len(whole.getvalue()) * 5 // 8])
    film = open_input(tmp_path / "a.gif")
    assert isinstance(film, Film)
    assert 2 <= len(film.frames) <= 6
    assert "is damaged after frame" in film.notes[0]


def png_of(width: int, height: int) -> bytes:
    """A PNG whose head promises that size, with next to nothing behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("side", "numbers"), [(60_000, "3,600,000,000|3600000000"), (12_000, "144,000,000 pixels")]
)
def test_a_bomb_is_refused_before_it_is_decoded(side: int, numbers: str, tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(png_of(side, side))
    with pytest.raises(BadInput, match=numbers):
        open_input(tmp_path / "bomb.png")


def test_what_is_cut_off_empty_or_no_picture_is_said(tmp_path: Path) -> None:
    whole = BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (99, 99, 3), np.uint8)).save(whole, "PNG")
    cases = {
        "half.png": (whole.getvalue()[:9000], "half.png can't be read: .*not whole"),
        "head.png": (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "head.png"),
        "empty.png": (b"", "empty"),
        "book.docx": (b"PK\x03\x04" + b"\0" * 50, "zip archive, or an Office document: save it as PDF"),
        "song.mp3": (b"ID3\x04" + b"\0" * 50, "can't hear"),
        "photo.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC picture: save it as JPEG"),
        "what": (bytes(range(256)) * 4, "of no kind that is known"),
    }
    for name, (data, said) in cases.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadInput, match=said):
            open_input(tmp_path / name)


def test_pages_of_a_picture_mean_nothing(tmp_path: Path) -> None:
    halves().save(tmp_path / "a.png")
    with pytest.raises(BadInput, match="no pages"):
        open_input(f"{tmp_path}/a.png#3")
    halves().save(tmp_path / "b#3", "PNG")  # but a file may be called so
    assert shown(f"{tmp_path}/b#3").shape == (40, 80, 3)


def test_data_urls_and_bare_base64() -> None:
    packed = BytesIO()
    halves().save(packed, "PNG")
    plain = base64.b64encode(packed.getvalue()).decode()
    for said in (
        f"data:image/png;base64,{plain}",
        f"data:image/jpeg;charset=x;BASE64,{plain}",
        plain,
        plain.rstrip("="),
        base64.urlsafe_b64encode(packed.getvalue()).decode(),
        "\n".join(plain[n : n + 76] for n in range(0, len(plain), 76)) + "\n",
    ):
        assert near(shown(said)[20, 10], RED)
    for said, why in (
        ("data:image/png;base64", "comma"),
        ("data:image/png;base64,!!!!", "not whole base64"),
        ("data:image/png,hello", "called image/png but is text"),
        ("A" * 80, "no file AAAA"),
    ):
        with pytest.raises(BadInput, match=why):
            open_input(said)
    with pytest.raises(BadInput, match=r"at most 50 are taken"):
        open_input(f"data:image/png;base64,{plain}", Bounds(file_bytes=50))


def test_standard_input_may_hold_a_picture_or_its_base64(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = BytesIO()
    halves().save(packed, "PNG")
    plain = base64.encodebytes(packed.getvalue())
    for data in (packed.getvalue(), plain, b"data:image/png;base64," + plain):
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(data)))
        assert near(shown("-")[20, 10], RED)
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO("总额 99".encode())))
    words = open_input("-")
    assert isinstance(words, Words)
    assert words.text == "总额 99"
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"x" * 99)))
    with pytest.raises(BadInput, match="standard input holds more than 50 bytes"):
        open_input("-", Bounds(file_bytes=50))


def test_an_animation_of_huge_frames_is_read_only_so_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [Image.new("RGB", (100, 100), (n * 20, 0, 0)) for n in range(10)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=500)
    monkeypatch.setattr("screenwright.tools.inputs.pictures.PIXELS_READ", 45_000)
    film = open_input(tmp_path / "a.gif")
    assert isinstance(film, Film)
    assert (film.length_s, film.notes) == (2.0, ("a.gif: only the first 4 frames were read",))


def test_what_is_named_wrongly_is_said(tmp_path: Path) -> None:
    for said, why in (
        ("", "empty"),
        (f"{tmp_path}/none.png", "there is no file"),
        (tmp_path, "is a folder, neither a file nor a run; name the files"),
        ("ftp://example.com/a.png", "only http and https"),
        ("file:///etc/hostname", "give the path itself"),
        ("/dev/zero", "a device or a pipe"),
        ("x" * 5000, "there is no file x"),
        ("a\0b", "there is no file"),
    ):
        with pytest.raises(BadInput, match=why):
            open_input(said)


@pytest.mark.parametrize(
    ("size", "tokens", "wanted"),
    [
        ((1280, 720), 16384, (1280, 704)),
        ((1366, 768), 16384, (1376, 768)),
        ((1920, 1080), 16384, (1920, 1088)),
        ((1920, 1080), 1280, (1504, 832)),
        ((3840, 2160), 2560, (2144, 1184)),
        ((1080, 2400), 1280, (768, 1696)),
        ((16, 16), 1280, (64, 64)),
        ((6000, 31), 16, (512, 32)),
    ],
)
def test_sizes_are_those_of_the_encoder(size: tuple[int, int], tokens: int, wanted: tuple[int, int]) -> None:
    fit = fitted_size(Size(*size), tokens)
    assert (fit.width, fit.height) == wanted
    assert token_count(fit) <= tokens + 2
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    assert fitted(pixels, tokens).shape == (wanted[1], wanted[0], 3)


def test_a_strip_is_refused() -> None:
    with pytest.raises(BadInput, match="2001x10, longer than 200 times"):
        fitted_size(Size(2001, 10), 1280)


def test_text_that_begins_like_a_bitmap_is_text() -> None:
    assert kind_of(b"BMW and others") == "text"
    assert kind_of("请看 สวัสดี".encode()) == "text"
    assert kind_of(b"<!-- x -->\n<!DOCTYPE HTML><p>") == "html"
    assert kind_of(b"#EXTM3U\n/etc/passwd") == "text"  # a playlist never reaches FFmpeg
