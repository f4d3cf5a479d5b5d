"""What a file is, from its first bytes."""

from __future__ import annotations

import re

HEAD = 4096
"""Bytes that are looked at."""

PICTURES = ("png", "jpeg", "gif", "bmp", "tiff", "webp", "avif", "ico")
FILMS = {
    "mp4": "mp4",
    "matroska": "matroska",
    "avi": "avi",
    "mpegts": "mpegts",
    "mpeg": "mpeg",
    "flv": "flv",
    "ogg": "ogg",
    "asf": "asf",
    "h264": "h264",
}
"""Our names, and the names FFmpeg's demuxers go by. The demuxer is always given: FFmpeg's own guess would
follow a playlist that names files of this machine."""

BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"\0\0\1\0", "ico"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (b"FLV\x01", "flv"),
    (b"OggS", "ogg"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (b"\0\0\1\xba", "mpeg"),
    (b"\0\0\0\1\x67", "h264"),
    (b"\0\0\0\1\x09", "h264"),
)
REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip archive, or an Office document: save it as PDF, or unpack it"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document: save it as PDF"),
    (b"\x1f\x8b", "compressed with gzip: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd: unpack it first"),
    (b"BZh", "compressed with bzip2: unpack it first"),
    (b"\xfd7zXZ\0", "compressed with xz: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
    (b"Rar!\x1a\x07", "a rar archive: unpack it first"),
    (b"ID3", "sound without pictures, which the model can't hear"),
    (b"fLaC", "sound without pictures, which the model can't hear"),
    (b"\x7fELF", "a program"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000: save it as PNG"),
    (b"8BPS", "a Photoshop file: save it as PNG"),
)
BRANDS = {b"avif": "avif", b"avis": "avif"}
HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
MARKUP = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


def kind_of(head: bytes) -> str:
    """One of PICTURES, a key of FILMS, "pdf", "html", "text"; else why it can't be used, after a "!".

    `head` is the file's begin, HEAD bytes or the whole of it.
    """
    if not head:
        return "!empty"
    if head[:4] == b"RIFF":
        form = head[8:12]
        return {b"WEBP": "webp", b"AVI ": "avi"}.get(form, f"!a RIFF file of the form {form!r}, such as a sound")
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in HEIC and b"avif" not in head[8:32]:
            return "!an HEIC picture: save it as JPEG or PNG"
        return BRANDS.get(brand, "avif" if brand in HEIC else "mp4")
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip") and head[:1] == b"\0":
        return "mp4"  # QuickTime before ftyp, and what some recorders leave
    if len(head) > 188 and head[0] == head[188] == 0x47:
        return "mpegts"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    for begin, why in REFUSED:
        if head.startswith(begin):
            return "!" + why
    for begin, kind in BEGINNINGS:
        # "BM" begins words, too; the four reserved bytes of a bitmap are 0
        if head.startswith(begin) and (kind != "bmp" or head[6:10] == b"\0\0\0\0"):
            return kind
    if not looks_like_text(head):
        return "!of no kind that is known here; a picture, film, PDF or text can be used"
    return "html" if MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")) else "text"


def looks_like_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16 with its mark
        return True
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return b"\0" not in head and controls * 100 <= len(head)
