"""Which paths are a hook's business, and the text that remembers it."""

from __future__ import annotations

import pytest

from spine.records.baseline import BASELINE
from spine.records.scope import BASELINE_FILE, SETTINGS_FILE, Scope, read_scope, scope_of, write_scope
from spine.records.settings import SETTINGS_FILE as SETTINGS
from spine.records.settings import read_settings

OID = "0" * 40
ALL = """\
spine: settings/1
folders: {proposals: ops/proposals}
governed: ["ops/**/*.yaml"]
refs:
  - {from: "inventory/*.json#a", to: [files, "ops/x.yaml#b[].id"]}
rules:
  - {unique: "other/*.yaml#c[].id"}
schemas: {"ops/x.yaml": schemas/x.schema.json}
gaps: {register: register.yaml}
prose: ["docs/*.md"]
"""


def test_the_words_for_files_are_those_of_their_formats() -> None:
    assert (SETTINGS_FILE, BASELINE_FILE) == (SETTINGS, BASELINE)


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("ops/a/b.yaml", True), ("ops/proposals/2026-02/CP-1/blobs/x", True), ("loops/a", True), ("gaps/a", True),
        ("spine.yaml", True), ("spine-baseline.yaml", True), ("register.yaml", True), ("docs/a.md", True),
        ("inventory/a.json", True), ("other/a.yaml", True), ("schemas/beside.json", True),
        ("docs/a/b.md", False), ("loops", False), ("README.md", False), ("bindings/a.yaml", False),
    ],
)  # fmt: skip
def test_what_the_settings_speak_of_is_held(path: str, holds: bool) -> None:
    scope = scope_of(read_settings(ALL))
    assert scope.holds(path) == holds
    assert scope.holds(path, is_gone=True)  # any file may be one that a reference means
    assert not scope_of(read_settings("spine: settings/1\n")).holds("README.md", is_gone=True)


@pytest.mark.parametrize("text", [ALL, "spine: settings/1\n"])
def test_what_is_written_is_read(text: str) -> None:
    scope = scope_of(read_settings(text))
    written = write_scope(scope, OID)
    assert written is not None
    assert read_scope(written, OID) == scope
    assert read_scope(written, "1" * 40) is None
    for broken in (
        written[:-1],
        written.replace("glob ", "glub "),
        f"{written}\n",
        "",
        written.replace("glob ", "glob ["),
    ):
        assert read_scope(broken, OID) is None


def test_a_line_break_is_never_written() -> None:
    assert write_scope(Scope((), ("a\nb/",), ()), OID) is None
