"""Which paths a change may write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import Exit, Place
from spine.paths import MAX_PATH_BYTES, UnsafePath, check_path, folded, twins
from spine.printable import has_unsafe

SAFE = """
bindings/vm.lifecycle.yaml
spine.yaml
a
a/b/c/d/e/f/g
gaps/GAP-OP-118.yaml
proposals/2026-02/CP-20260212-080601__home-infra-p1/proposal.yaml
loops/LOOP-X-20260212.scope.md
docs/hooks.md
bindings/hooks/on-call.yaml
bindings/Jenkinsfile
a/lefthook.yml
.spine/x
.git-blame-ignore-revs
.gitkeep
git
.gitx/config
a.git/config
x.git
dot.git.yaml
gitmodules
bindings/.hidden.yaml
bindings/with space.yaml
bindings/a b/c d.yaml
bindings/-leading-dash.yaml
--upload-pack=x
-rf
~user/x
~
$HOME/x
a;b
a&b
a'b
a`b`
(a)
[a]{b}
"""
SAFE_LIST = [
    *SAFE.strip().splitlines(),
    "bindings/größe.yaml",
    "bindings/日本語.yaml",
    "bindings/émile/file",
    "bindings/🙂.yaml",
    "a" * 255,
    "/".join(["d" * 100] * 40),
    "console.yaml",
    "contents/x",
    "auxiliary",
    "nullable.yaml",
    "com10.yaml",
    "com.yaml",
    "lpt",
    "prn1",
    "conin",
    "a~b",
    "file~1.yaml",
    "proposal~1",
    "a#b",
    "a%2e%2e/b",
    "...a",
    "..a",
    "a..b/c",
    "a.b.c",
    "@{u}",
    "HEAD",
]

REFUSED: dict[str, list[str]] = {
    "is empty": [""],
    "is absolute": ["/", "/etc/passwd", "//x", "//server/share/x", "/.git/config"],
    "backslash": ["a\\b", "..\\x", "a\\..\\b", "\\\\srv\\x", ".git\\hooks", "C:\\x", "\\"],
    "colon": ["C:x", "C:/x", "a:b", "a:", ":(exclude)x", ".git::$INDEX_ALLOCATION", "x.yaml::$DATA", "x:stream", ":x"],
    "empty segment": ["a//b", "a/", "a/b//", "a///b"],
    "has the segment “": [
        "..", "../x", "a/..", "a/../../b", "a/../b", ".", "./a", "a/./b", "a/.", "../../etc/passwd", "../.git/config",
        "con", "CON", "Con.yaml", "prn", "PRN.txt", "aux", "aux/x", "a/aux", "AUX.c.d", "nul", "nul.txt", "NUL .txt",
        "bindings/nul.yaml", "com1", "COM9.yaml", "com0", "lpt1", "LPT9.x", "lpt0", "com¹", "COM².txt", "lpt³.yaml",
        "conin$", "CONOUT$", "conout$.txt", "ａｕｘ", "a/con/b",
        "git~1", "GIT~1", "Git~2", "git~10", "a/git~1/config", "GITMOD~1", "gi7eba~1", "GI7D29~1", "gi250a~2",
        "MABA30~1", "propos~1", "PROPO~12", "a~1", "ABCDEF~1.YAM", "x~123456",
    ],
    "git's own folder": [
        ".git", ".git/config", ".GIT", ".Git/x", ".gIt", "a/.git", "a/.git/hooks/post-checkout", "sub/.GIT/config",
        ".git.", ".git..", ".git ", ".git . .", ".git /x", ".gıt", ".ＧＩＴ", "．git", ".gⅰt",
    ],
    "control, invisible or undecodable": [
        "a\nb", "a\rb", "a\tb", "a\0b", "a\x1b[2J", "a\x7fb", "a\x85b", "a\x9bb", "\x01", "a/\x02/b",
        ".g\u200cit", ".git\u200c/x", ".\u200dgit", ".g\u200eit", ".gi\u202at", ".git\ufeff", "\ufeff.git",
        ".g\u206ait", ".gi\u202et",
        "a\u202eb", "a\u2066b", "a\u200bb", "a\u2028b", "a\u2029b", "a\u00adb", "a\U000e0041",
        "a\udcffb", "\udc80", "a/\udce9.yaml",
    ],
    "composed form": ["e\u0301.yaml", "a/o\u0308", "\u212b", "\u1112\u1161\u11ab"],
    "dot or a space": ["a.", "a ", "a./b", "a /b", "a/b.", "a...", "a. .", "a/b. ", "..."],
    "begins or ends with white space": [" a", "a/ b", "\u00a0a", "a\u3000", "\u3000a/b"],
    "cannot write": ["a<b", "a>b", 'a"b', "a|b", "a?b", "a*b", "bindings/*.yaml", "<script>"],
    "segment longer than": ["a" * 256, "a/" + "b" * 256 + "/c", "ä" * 128],
    "is longer than": ["a/" * 2048 + "a", "ä/" * 1366, "x" * 50_000],
}  # fmt: skip

OBEYED = """
.gitattributes
.gitignore
.gitmodules
.gitconfig
.mailmap
.lfsconfig
bindings/.gitattributes
a/b/.gitignore
.GitAttributes
.GITIGNORE
.gıtignore
.gitmoduleſ
.github/workflows/x.yml
.GitHub/workflows/x.yml
a/.github/x
.gitlab-ci.yml
.gitlab/merge_request_templates/x.md
.gitea/workflows/x
.forgejo/workflows/x
.circleci/config.yml
.travis.yml
.buildkite/pipeline.yml
.drone.yml
.woodpecker.yml
.woodpecker/x.yml
.cirrus.yml
.ci/run
.pre-commit-config.yaml
sub/.pre-commit-config.yaml
.pre-commit-hooks.yaml
.githooks/pre-commit
.husky/pre-commit
.lefthook.yml
lefthook.yml
hooks/pre-commit
Hooks/x
hooks
Jenkinsfile
JENKINSFILE
azure-pipelines.yml
bitbucket-pipelines.yml
appveyor.yml
.envrc
.vscode/tasks.json
.devcontainer/devcontainer.json
""".strip().splitlines()


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert sum(map(len, REFUSED.values())) + len(OBEYED) >= 150
    assert len(SAFE_LIST) >= 50


@pytest.mark.parametrize("path", SAFE_LIST)
def test_an_ordinary_path_passes(path: str) -> None:
    check_path(path)


@pytest.mark.parametrize(("reason", "path"), [(reason, path) for reason, paths in REFUSED.items() for path in paths])
def test_an_unsafe_path_is_refused_and_the_policy_cannot_allow_it(reason: str, path: str) -> None:
    with pytest.raises(UnsafePath) as caught:
        check_path(path, allow=[path, "/", f"{path}/"])
    assert reason in caught.value.message
    assert caught.value.exit_code is Exit.REFUSED
    assert not has_unsafe(caught.value.message)
    assert len(caught.value.message) < 2000


@pytest.mark.parametrize("path", OBEYED)
def test_a_file_that_programs_obey_is_closed_unless_the_policy_names_it(path: str) -> None:
    with pytest.raises(UnsafePath, match="programs obey") as caught:
        check_path(path)
    assert caught.value.hint is not None
    check_path(path, allow=[path])
    if "/" in path:
        check_path(path, allow=[path.split("/", maxsplit=1)[0] + "/"])


@pytest.mark.parametrize("allow", [".github", ".githu", ".github/workflow", "github/", "x/.github/"])
def test_what_the_policy_allows_is_taken_literally(allow: str) -> None:
    with pytest.raises(UnsafePath):
        check_path(".github/workflows/x.yml", allow=[allow])


def test_the_place_goes_into_the_error() -> None:
    with pytest.raises(UnsafePath) as caught:
        check_path("../x", place=Place("proposal.yaml", 12, 9))
    assert str(caught.value) == "proposal.yaml:12:9: the path “../x” has the segment “..”"


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["a/b", "a/c", "d"], []),
        (["Ops/A", "ops/a"], [("Ops", "ops"), ("Ops/A", "ops/a")]),
        (["x/é", "x/e\u0301"], [("x/é", "x/e\u0301")]),
        (["STRASSE", "straße"], [("STRASSE", "straße")]),
        (["a/b", "a/b"], []),
        (["a/x", "A/y"], [("a", "A")]),
    ],
)
def test_paths_that_are_one_file_where_case_is_ignored(paths: list[str], expected: list[tuple[str, str]]) -> None:
    assert twins(paths) == sorted(expected)


@given(st.text(max_size=60))
def test_whatever_passes_is_a_plain_relative_path(path: str) -> None:
    try:
        check_path(path)
    except UnsafePath:
        return
    assert not has_unsafe(path)
    assert len(path.encode()) <= MAX_PATH_BYTES
    for segment in path.split("/"):
        assert segment
        assert segment.strip(". ") == segment.lstrip(". ").rstrip(". ")
        assert folded(segment) not in {".git", ".", ".."}


@given(st.sampled_from(["", "a/", "bindings/x/"]), st.text(alphabet=".gitGITıİ ~12\u200c\u206a:\\/", max_size=8))
def test_nothing_that_git_could_take_for_its_own_folder_passes(folder: str, name: str) -> None:
    try:
        check_path(folder + name)
    except UnsafePath:
        return
    for segment in (folder + name).split("/"):
        bare = "".join(char for char in segment if char not in "\u200c\u206a").lower().replace("ı", "i")
        assert bare.rstrip(". ") != ".git"
        assert not bare.startswith((".git:", ".git\\", "git~"))
