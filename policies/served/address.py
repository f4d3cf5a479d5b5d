"""A server's address, the key that goes with it, and how both are shown."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit, urlunsplit

from screenwright.policies.served.errors import WrongUrl

KEYS = {
    "api.openai.com": "OPENAI_API_KEY",
    "dashscope.aliyuncs.com": "DASHSCOPE_API_KEY",
    "dashscope-intl.aliyuncs.com": "DASHSCOPE_API_KEY",
    "dashscope-us.aliyuncs.com": "DASHSCOPE_API_KEY",
}
"""The vendors' own hosts, whole: a key from the environment goes nowhere else."""


def base(url: str) -> str:
    """The address that `/chat/completions` is put behind. WrongUrl where it is none.

    A bare host gets the /v1 that nearly all servers have; what was copied with its end loses it.
    """
    url = url.strip().rstrip("/").removesuffix("/chat/completions")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongUrl(f"{shown(url)!r} is no address of a server; one is http://127.0.0.1:11434/v1")
    return f"{url}/v1" if not parts.path else url


def key_for(url: str, given: str | None) -> str | None:
    """The key given, or the vendor's own from the environment, over https to the vendor's own host only."""
    if given is not None:
        return given.strip() or None
    parts = urlsplit(url)
    name = KEYS.get(parts.hostname or "") if parts.scheme == "https" else None
    return (os.environ.get(name) or "").strip() or None if name else None


def shown(url: str) -> str:
    """The address without a name and password in it, or what stands behind a question mark."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return re.sub(r"//[^/]*@", "//", url)
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def without_key(text: str, key: str | None) -> str:
    """A server's words without the key: some quote it, whole or in part."""
    if key:
        text = text.replace(key, "[key]")
    return re.sub(r"\b(sk|pk|Bearer)[-_ ][\w*.-]{6,}", "[key]", text)
