"""PDFs written by hand, for the tests."""

from __future__ import annotations

from collections.abc import Sequence


def pdf_of(
    texts: Sequence[str], *, size: tuple[float, float] = (595, 842), image: tuple[int, int] | None = None
) -> bytes:
    """A page for each text (Latin letters), in Helvetica; with `image`, a picture said to be that large on it."""
    pages = range(len(texts))
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>"
        % (b" ".join(b"%d 0 R" % (5 + 2 * n) for n in pages), len(texts)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    across, down = image or (1, 1)
    pixels = b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray" % (across, down)
    objects.append(pixels + b" /BitsPerComponent 8 /Length 1 >>\nstream\n\x80\nendstream")
    for n, text in enumerate(texts):
        resources = b"<< /Font << /F 3 0 R >> /XObject << /I 4 0 R >> >>"
        box = b"[0 0 %g %g]" % size
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Resources %s /Contents %d 0 R >>"
            % (box, resources, 6 + 2 * n)
        )
        lines = b" ".join(b"(%s) Tj 0 -30 Td" % line.encode("latin-1") for line in text.split("\n"))
        drawn = b"BT /F 24 Tf 60 700 Td %s ET" % lines
        if image is not None:
            drawn += b" q 100 0 0 100 50 50 cm /I Do Q"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    out = bytearray(b"%PDF-1.4\n")
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)
