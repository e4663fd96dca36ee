"""Runs git: the one function that starts it, with a fixed argument list and an environment of known words.

Rules, for every caller in this package: arguments are a list, never a shell's line; what came from outside stands
behind `--end-of-options` or `--`, or goes in through stdin; only plumbing and `log`, never a command that asks diff
drivers, text conversions or filters. No transport is allowed, so that nothing is fetched behind the user's back.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import field
from pathlib import Path

from spine.dataclass import dataclass
from spine.errors import SpineError
from spine.printable import printable
from spine.repository.processes import Answer, finish

TIME_LIMIT = 120.0

# What the user's own git, ssh and gpg need to find their settings, keys and agents, and who the user says they are.
_KEPT = frozenset(
    {
        "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "EMAIL", "TZ", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR",
        "GNUPGHOME", "GPG_TTY", "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS",
        # Where objects lie while a push is being received.
        "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH",
    }
)  # fmt: skip
_KEPT_FAMILIES = ("SSH_", "GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_")
# How git reaches a remote.
_TRANSPORT = ("GIT_SSH", "GIT_ASKPASS", "GIT_HTTP_", "GIT_SSL_", "GIT_PROXY_COMMAND")
# Which repository is meant: honoured once, when it is opened, and from then on passed in full.
WHICH_REPOSITORY = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"}
)
_FIXED = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_EDITOR": ":",
    "GIT_PAGER": "cat",
}
_SETTINGS = (
    "core.fsmonitor=false",
    "core.protectHFS=true",
    "core.protectNTFS=true",
    "core.quotePath=false",
    "protocol.ext.allow=never",
    "i18n.commitEncoding=UTF-8",
    "log.showSignature=false",
    "log.showRoot=true",
    "log.diffMerges=separate",
)

# For commands that write: what a reference will point to is on disk before the reference is.
DURABLE = ("core.fsync=committed,loose-object,reference", "core.fsyncMethod=fsync")


class GitFailed(SpineError):
    """git ended with an error of its own; the message holds the command and git's words, made printable."""

    code = "SP601"
    said = ""
    was_killed = False


@dataclass(frozen=True, slots=True)
class Git:
    """git with an environment and a folder to run in."""

    env: Mapping[str, str]
    cwd: Path
    settings: tuple[str, ...] = _SETTINGS
    _known: dict[tuple[str, ...], Answer] = field(default_factory=dict, compare=False, repr=False)

    def run_once(self, *arguments: str, accept: Collection[int] = (0,)) -> Answer:
        """Run a command whose answer holds for as long as this process lives; asked again, it is not run again."""
        if arguments not in self._known:
            self._known[arguments] = self.run(*arguments, accept=accept)
        return self._known[arguments]

    def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        config: tuple[str, ...] = (),
        accept: Collection[int] = (0,),
        time_limit: float | None = TIME_LIMIT,
    ) -> Answer:
        """Run one command to its end. Raises `GitFailed` if its exit code is none of `accept`."""
        line = self.line(*arguments, config=config)
        try:
            done = finish(line, stdin, self.cwd, {**self.env, **(env or {})}, time_limit)
        except subprocess.TimeoutExpired as slow:
            raise GitFailed(f"git {arguments[0]} did not end within {slow.timeout:.0f} s") from slow
        except OSError as error:
            raise GitFailed(f"git could not be started in {self.cwd}: {error.strerror}") from error
        if done.code not in accept:
            raise failed(arguments, done.code, done.err)
        return done

    def line(self, *arguments: str, config: tuple[str, ...] = ()) -> list[str]:
        """The whole argument list of a command, with the settings that all of them share."""
        return ["git", *(word for setting in (*self.settings, *config) for word in ("-c", setting)), *arguments]

    def version(self) -> tuple[int, ...]:
        """Which git this is, for example (2, 39, 5)."""
        said = self.run_once("version").line
        match = re.search(r"([0-9]+)\.([0-9]+)(?:\.([0-9]+))?", said)
        if match is None:
            raise GitFailed(f"git does not say which version it is: {printable(said)}")
        return tuple(int(part or 0) for part in match.groups())


def failed(arguments: Collection[str], code: int, err: bytes) -> GitFailed:
    """The error for a command that ended badly; arguments beyond the third are left out."""
    said = printable(err.decode("utf-8", "replace").strip()[-2000:], multiline=True)
    shown = printable(" ".join([*arguments][:3]))
    ended = f"was killed by signal {-code}" if code < 0 else f"failed with exit code {code}"
    error = GitFailed(f"git {shown} {ended}: {said or 'it gave no reason'}")
    error.said = said
    error.was_killed = code < 0
    if "Please tell me who you are" in said or "empty ident name" in said:
        error.hint = 'git config user.name "Your Name"; git config user.email you@example.org'
    return error


def scrubbed(env: Mapping[str, str]) -> dict[str, str]:
    """The environment git runs in: the few variables it may take from the caller's, and fixed ones."""
    kept = {name: value for name, value in env.items() if name in _KEPT or name.startswith(_KEPT_FAMILIES)}
    return {"PATH": os.defpath, **kept, **_FIXED}


def for_hooks(env: Mapping[str, str]) -> dict[str, str]:
    """The environment a user's own hook runs in: the caller's, less the variables that speak of other repositories."""
    families = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_", *_TRANSPORT)
    kept = {name: value for name, value in env.items() if not name.startswith("GIT_") or name.startswith(families)}
    return {"PATH": os.defpath, **kept, "GIT_EDITOR": ":", "GIT_TERMINAL_PROMPT": "0"}
