"""init: make a repository a governed one: `spine.yaml`, attributes and folders, written and not committed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from spine.actions.recent import recent_changes
from spine.actions.workspace import Workspace
from spine.change.rules import Rule
from spine.dataclass import dataclass
from spine.errors import Place, Refused
from spine.globs import parse_glob
from spine.ledger.reading import SETTINGS
from spine.paths import check_path
from spine.patterns import parse_place_pattern
from spine.records.settings import Folders, Settings, write_settings
from spine.repository import Branch, File, Outside, Repository, Unborn, head, put, snapshot_of, work_tree_of
from spine.repository.files import look
from spine.yamldoc.guard import parse

ATTRIBUTES = ".gitattributes"
_HISTORY = 400
_SHOWN = 3
_STAMPS = ("updated", "updated_at", "last_updated", "last_verified", "generated", "generated_at", "modified")


@dataclass(frozen=True, slots=True)
class Initialised:
    """What was written, and which header fields got the rule that the newest stamp wins."""

    written: tuple[str, ...]
    stamps: tuple[str, ...]
    governed: int
    missing: str | None = None  # the folder of bindings, if no YAML is in it
    elsewhere: tuple[str, ...] = ()  # then: folders that have some, those with the most first


def init(work: Workspace, *, bindings: str = "bindings") -> Initialised:
    """Write `spine.yaml` and the attributes that keep proposals byte-exact. Raises `Refused` if there is one."""
    repo = work.repo
    root = repo.tree_root()
    if look(root, SETTINGS) is not None:
        raise Refused(
            f"{SETTINGS} is there already",
            hint=f"change it by a proposal: edit it, then spine propose -- {SETTINGS}"
            if _is_committed(repo)
            else f"it is not committed: edit it, or rm {SETTINGS} and begin again",
        )
    bindings = _folder(repo, bindings)
    stamps = tuple(growing_stamps(repo, bindings))
    settings = Settings(
        folders=Folders(bindings=bindings),
        governed=(parse_glob(f"{bindings}/**/*.yaml"), parse_glob(SETTINGS)),
        merge=tuple((parse_place_pattern(f"*#{name}"), Rule("newest")) for name in stamps),
    )
    written = [SETTINGS]
    put(root, SETTINGS, File(write_settings(settings).encode("utf-8")))
    there = look(root, ATTRIBUTES)
    data = there.data if isinstance(there, File) else b""
    exact = exact_attributes(data, settings)
    if exact != data:
        put(root, ATTRIBUTES, File(exact))
        written.append(ATTRIBUTES)
    governed = sum(1 for path in work_tree_of(repo).paths() if settings.is_governed(path))
    own = (SETTINGS, f"{settings.folders.proposals}/")
    yaml = (path for path in work_tree_of(repo).paths() if path.endswith((".yaml", ".yml")))
    paths = [path for path in yaml if not path.startswith(own)]
    if any(settings.is_governed(path) for path in paths):
        return Initialised(tuple(written), stamps, governed)
    folders = Counter(path.rpartition("/")[0] or "." for path in paths)
    elsewhere = tuple(folder for folder, _ in folders.most_common(_SHOWN))
    return Initialised(tuple(written), stamps, governed, bindings, elsewhere)


def _is_committed(repo: Repository) -> bool:
    here = head(repo)
    return not isinstance(here, Unborn) and snapshot_of(repo, here.commit).blob(SETTINGS) is not None


def _folder(repo: Repository, typed: str) -> str:
    """The folder of bindings from the root of the work tree. Raises `Refused` for what no settings can name."""
    place = Place("--bindings")
    if not typed.strip():
        raise Refused("a folder is needed", place=place, hint="spine init --bindings DIR")
    try:
        folder = repo.named(typed)
        check_path(folder or ".", place=place)
    except Outside as error:
        raise Refused(error.message, place=place) from error
    return folder


def exact_attributes(data: bytes, settings: Settings) -> bytes:
    """The git attributes with a line that keeps proposals as they are, byte for byte."""
    line = f"{settings.folders.proposals}/** -text\n".encode()
    if line in data:
        return data
    return data + (b"\n" if data and not data.endswith(b"\n") else b"") + line


def growing_stamps(repo: Repository, folder: str) -> Iterator[str]:
    """Header fields of bindings that are time stamps and, in recent history, never went back (DESIGN §5)."""
    here = head(repo)
    if not isinstance(here, Branch):
        return
    seen: dict[str, int] = {}
    shrunk: set[str] = set()
    for change in recent_changes(repo, here.commit, [folder], most=_HISTORY):
        if change.before is None or change.after is None or not change.path.endswith(".yaml"):
            continue
        old, new = _stamps(repo, change.before.oid), _stamps(repo, change.after.oid)
        for name in old.keys() & new.keys():
            if new[name] < old[name]:
                shrunk.add(name)
            elif new[name] > old[name]:
                seen[name] = seen.get(name, 0) + 1
    yield from sorted(name for name, count in seen.items() if name not in shrunk and count >= 1)


def _stamps(repo: Repository, blob: str) -> dict[str, str]:
    """The stamps in a file's header, read line by line: to parse hundreds of versions of a large file takes minutes."""
    found: dict[str, str] = {}
    for line in repo.objects.read_blob(blob).split(b"\n"):
        if line[:1].isalpha() and line.partition(b":")[0].decode("ascii", "replace") in _STAMPS:
            try:
                root = parse(line.decode("utf-8")).root
            except (Refused, UnicodeDecodeError):
                continue
            entry = root.entries[0] if root is not None and root.kind == "mapping" else None
            if entry is not None and entry.key is not None and entry.value.kind == "scalar":
                found.setdefault(entry.key.text, entry.value.text)
    return found
