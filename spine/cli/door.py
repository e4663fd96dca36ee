"""What the options in front of the verb say, handed to every face."""

from __future__ import annotations

from collections.abc import Mapping

from spine.cli.terminal import Terminal
from spine.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Door:
    """Where to work, with which environment, and whom to show it to; `wait`: how many seconds for others at work."""

    folder: str
    env: Mapping[str, str]
    terminal: Terminal
    wait: float | None = None
