"""Text that looks like a secret: a warning before it gets into a history that never forgets."""

from __future__ import annotations

import math
import re
from collections import Counter

_KNOWN = re.compile(
    r"AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|xox[abprs]-[A-Za-z0-9-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}"
)
_WORD = re.compile(r"[A-Za-z0-9+/_=-]{20,200}")
_HEX = re.compile(r"[0-9a-f]+")
_BITS = 4.2


def looks_secret(text: str) -> str | None:
    """The first part of `text` that looks like a secret, shortened; None if there is none.

    Words of one case and plain hex digests (commit ids!) are not: only mixed, dense strings and known token forms.
    """
    known = _KNOWN.search(text)
    if known is not None:
        return f"{known.group()[:8]}…"
    for word in _WORD.findall(text):
        is_mixed = any(c.islower() for c in word) and any(c.isupper() for c in word) and any(c.isdigit() for c in word)
        if is_mixed and not _HEX.fullmatch(word) and _entropy(word) >= _BITS:
            return f"{word[:6]}…"
    return None


def _entropy(word: str) -> float:
    counts = Counter(word)
    return -sum(n / len(word) * math.log2(n / len(word)) for n in counts.values())
