"""Trees made in memory are those that git makes of the same index, bit by bit."""

from __future__ import annotations

import subprocess
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spine.repository import Blob, TreeSnapshot, build_tree
from spine.repository.objects import TreeId
from spine.repository.trees import NoSuchTree, make_tree
from tests.repository.conftest import Ground

# Names that sort differently as a file and as a folder, and some that are no UTF-8.
NAMES = st.sampled_from(["a", "a-b", "a.b", "a0", "ab", "b", "ä", "\udcff", "x y", 'q"', "-"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
MODES = st.sampled_from(["100644", "100755", "120000"])


def without_clashes(paths: dict[str, str | None]) -> dict[str, str | None]:
    """No path is a folder of another."""
    kept: dict[str, str | None] = {}
    for path in sorted(paths, key=len):
        if not any(path.startswith(f"{one}/") for one in kept):
            kept[path] = paths[path]
    return kept


FILES = st.dictionaries(PATHS, MODES, max_size=12).map(
    lambda found: without_clashes(cast("dict[str, str | None]", found))
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(before=FILES, after=FILES, gone=st.sets(st.integers(0, 11)))
def test_a_tree_is_the_one_that_git_makes(
    started: Ground, before: dict[str, str | None], after: dict[str, str | None], gone: set[int]
) -> None:
    with started.open() as repo:
        one, other = repo.objects.write_blobs([b"one\n", b"other\n"])
        base = build_tree(repo, None, {path: Blob(one, mode or "") for path, mode in before.items()})
        changes: dict[str, Blob | None] = {path: None for n, path in enumerate(sorted(before)) if n in gone}
        left = [path for path in before if path not in changes]
        for path, mode in after.items():
            if not any(path.startswith(f"{there}/") or there.startswith(f"{path}/") for there in [*left, *changes]):
                changes[path] = Blob(other, mode or "")
        made = make_tree(TreeSnapshot(repo, base), changes)
        repo.objects.write_trees([b"one\n", b"new\n"], made.objects)
        assert made.id == build_tree(repo, base, changes)
        listed = {entry.path: Blob(entry.oid, entry.mode) for entry in TreeSnapshot(repo, made.id).entries()}
        kept = {path: Blob(one, mode or "") for path, mode in before.items()}
        assert listed == {path: blob for path, blob in {**kept, **changes}.items() if blob is not None}


def test_what_is_stored_is_whole(started: Ground) -> None:
    with started.open() as repo:
        large = bytes(range(256)) * 20_000
        oid = repo.objects.hash_blob(large)
        made = make_tree(TreeSnapshot(repo, repo.objects.empty_tree), {"deep/er/file": Blob(oid, "100644")})
        repo.objects.write_trees([large, b""], made.objects)
        assert repo.objects.read_blob(oid) == large
        assert TreeSnapshot(repo, made.id).read("deep/er/file") == large
        repo.objects.write_trees([], [])
    assert (
        subprocess.run(["git", "-C", str(started.path), "fsck", "--strict"], env=started.env, check=False).returncode
        == 0
    )


@pytest.mark.parametrize(
    "path", ["../x", ".git/x", ".GIT/x", "a//b", "/x", "a\0b", ".", "bindings", "bindings/vm.yaml/x"]
)
def test_no_tree_has_such_a_path(started: Ground, path: str) -> None:
    with started.open() as repo:
        tree = TreeId(started.git("rev-parse", "HEAD^{tree}"))
        with pytest.raises(NoSuchTree):
            make_tree(TreeSnapshot(repo, tree), {path: Blob(repo.objects.hash_blob(b""), "100644")})
