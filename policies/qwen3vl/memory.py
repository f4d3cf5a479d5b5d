"""Tells running out of memory from other failures, on any device."""

from __future__ import annotations


def out_of_memory(error: BaseException) -> bool:
    """torch has a class of its own for it on CUDA, and a RuntimeError's text on a CPU."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    return any(words in text for words in ("out of memory", "not enough memory", "can't allocate memory"))
