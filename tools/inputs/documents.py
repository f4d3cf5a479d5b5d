"""PDFs, a page at a time: its picture, drawn as large as the model may look at it, and its text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from screenwright.tools.geometry import Size
from screenwright.tools.inputs.fitting import fitted, fitted_size
from screenwright.tools.inputs.kinds import BadInput, Bounds, Page, counted, package
from screenwright.tools.inputs.sampling import page_numbers

DPI_MOST = 300.0
TEXT_MOST = 20_000
"""Characters of a page's text that are kept."""
PASSWORD = 4  # FPDF_ERR_PASSWORD


class Pdf:
    """A PDF. Only the page that is asked for is in memory. NotInstalled, BadInput.

    Args:
        source: the file, or its bytes.
        pages: "3-7", "1,3,9-", "" for all.
    """

    def __init__(self, source: Path | bytes, name: str, bounds: Bounds, pages: str = "") -> None:
        self._pdfium = package("pypdfium2", "pypdfium2", f"the PDF {name}")
        self.name = name
        self._bounds = bounds
        try:
            self._pdf: Any = self._pdfium.PdfDocument(source)
        except self._pdfium.PdfiumError as error:
            if getattr(error, "err_code", None) == PASSWORD or "password" in str(error).lower():
                raise BadInput(f"{name} is locked with a password; save a copy without one") from error
            raise BadInput(f"{name} can't be read as a PDF: {error}; it is damaged or not whole") from error
        self.total = len(self._pdf)
        try:
            if self.total == 0:
                raise BadInput(f"{name} has no pages")
            self.numbers: Sequence[int] = page_numbers(pages, self.total, name)
            if self._pdf.get_formtype():
                self._pdf.init_forms()  # else what was filled in is not drawn
        except BaseException:
            self.close()
            raise

    def page(self, number: int) -> Page:
        """Picture and text of one page, counted from 1. BadInput for a page that is too large or damaged."""
        name = f"page {number} of {self.name}"
        try:
            page = self._pdf[number - 1]
        except (self._pdfium.PdfiumError, IndexError) as error:
            raise BadInput(f"{name} can't be read: {error}") from error
        try:
            scale = self._scale(page, name)
            bitmap = page.render(
                scale=scale,
                rev_byteorder=True,
                force_bitmap_format=self._pdfium.raw.FPDFBitmap_BGR,
                may_draw_forms=True,
            )
            pixels = np.array(bitmap.to_numpy(), dtype=np.uint8)
            bitmap.close()
            return Page(number, fitted(pixels, self._bounds.tokens, name), self._text(page))
        except (self._pdfium.PdfiumError, RuntimeError, MemoryError) as error:
            raise BadInput(f"{name} can't be drawn: {error}") from error
        finally:
            page.close()

    def _scale(self, page: Any, name: str) -> float:
        """Pixels a point, so that the page fits the budget. Nothing is drawn before this was right."""
        width, height = page.get_size()
        most = self._bounds.page_points
        if not (0 < width <= most and 0 < height <= most):
            raise BadInput(f"{name} is {width:g} x {height:g} points; a page may have 1 to {most:g} a side")
        for part in page.get_objects(filter=[self._pdfium.raw.FPDF_PAGEOBJ_IMAGE]):
            across, down = part.get_px_size()
            if across * down > self._bounds.pixels:
                raise BadInput(
                    f"{name} holds a picture of {across} x {down}, {counted(across * down, 'pixels')}; at most "
                    f"{counted(self._bounds.pixels, '')}are decoded"
                )
        sharpest = DPI_MOST / 72
        wanted = fitted_size(
            Size(math.ceil(width * sharpest), math.ceil(height * sharpest)), self._bounds.tokens, name
        )
        return float(min(sharpest, max(wanted.width / width, wanted.height / height)))

    def _text(self, page: Any) -> str:
        layer = page.get_textpage()
        try:
            text = str(layer.get_text_range(0, min(TEXT_MOST, layer.count_chars())))
        finally:
            layer.close()
        # U+FFFE: a hyphen at a line's end, U+0000: no Unicode known for a glyph
        return text.replace("\r\n", "\n").replace("\ufffe", "").replace("\0", "").strip()

    def close(self) -> None:
        self._pdf.close()
