"""All proposals of one tree with their receipts and withdrawals, read leniently: what is wrong becomes a finding.

One tree decides everything that is asked here; history is never looked at (DESIGN §3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from functools import cached_property, lru_cache, partial
from typing import Protocol, TypeVar

from spine.dataclass import dataclass
from spine.errors import Finding, Place, Refused
from spine.records.approval import APPROVALS, SIGNATURE, Approval, read_approval
from spine.records.proposal import Proposal, digest, read_proposal
from spine.records.receipt import Receipt, read_receipt
from spine.records.settings import SETTINGS_FILE, Settings, read_settings
from spine.records.withdrawal import Withdrawal, read_withdrawal

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_SMALL = 4 * 1024

SETTINGS = SETTINGS_FILE
PROPOSAL = "proposal.yaml"
RECEIPT = "receipt.yaml"
WITHDRAWN = "withdrawn.yaml"


class Files(Protocol):
    """The files of one tree; a repository's snapshots are."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None if it is not there."""

    def paths(self, prefix: str = "") -> Iterator[str]:
        """The paths of all files below a folder."""


@dataclass(frozen=True)
class Stored:
    """A proposal's folder in a tree, its records read when asked for.

    `proposal`, `receipt` and `withdrawal` are None where they are not there or not readable; `findings` says why.
    """

    id: str
    folder: str
    names: tuple[str, ...]
    files: Files = field(repr=False, compare=False)

    @cached_property
    def data(self) -> bytes | None:
        """The bytes of `proposal.yaml`."""
        return self.files.read(f"{self.folder}/{PROPOSAL}")

    @cached_property
    def digest(self) -> str | None:
        """The digest of `proposal.yaml`."""
        return digest(self.data) if self.data is not None else None

    @cached_property
    def _proposal(self) -> Proposal | Refused | None:
        if self.data is None:
            return None
        path = f"{self.folder}/{PROPOSAL}"
        return _record(read_proposal, self.data, path)

    @cached_property
    def _receipt(self) -> Receipt | Refused | None:
        path = f"{self.folder}/{RECEIPT}"
        data = self.files.read(path) if RECEIPT in self.names else None
        return None if data is None else _record(read_receipt, data, path)

    @cached_property
    def _withdrawal(self) -> Withdrawal | Refused | None:
        path = f"{self.folder}/{WITHDRAWN}"
        data = self.files.read(path) if WITHDRAWN in self.names else None
        return None if data is None else _record(read_withdrawal, data, path)

    @cached_property
    def _approvals(self) -> tuple[tuple[str, Approval | Refused], ...]:
        found = []
        for name in self.names:
            if name.startswith(APPROVALS) and not name.endswith(SIGNATURE):
                path = f"{self.folder}/{name}"
                data = self.files.read(path) or b""
                found.append((name, _tried(partial(read_approval, file=path), data, path)))
        return tuple(found)

    @property
    def approvals(self) -> tuple[tuple[str, Approval], ...]:
        """The approvals that can be read, by the names of their files in the folder."""
        return tuple((name, one) for name, one in self._approvals if isinstance(one, Approval))

    @property
    def proposal(self) -> Proposal | None:
        """The proposal itself."""
        return self._proposal if isinstance(self._proposal, Proposal) else None

    @property
    def receipt(self) -> Receipt | None:
        """The receipt of its landing."""
        return self._receipt if isinstance(self._receipt, Receipt) else None

    @property
    def withdrawal(self) -> Withdrawal | None:
        """Who withdrew it."""
        return self._withdrawal if isinstance(self._withdrawal, Withdrawal) else None

    @property
    def has_receipt(self) -> bool:
        """Whether its receipt is there, readable or not."""
        return RECEIPT in self.names

    @property
    def has_withdrawal(self) -> bool:
        """Whether its withdrawal is there, readable or not."""
        return WITHDRAWN in self.names

    def read_or_raise(self) -> Proposal:
        """The proposal. Raises what was wrong with it, or that there is none."""
        if isinstance(self._proposal, Refused):
            raise self._proposal
        if self._proposal is None:
            raise Refused(f"{self.folder} has no {PROPOSAL}", place=Place(f"{self.folder}/{PROPOSAL}"))
        return self._proposal

    def findings(self) -> Iterator[Finding]:
        """What is wrong with the folder and its records, taken by themselves."""
        for record in (self._proposal, self._receipt, self._withdrawal, *(one for _, one in self._approvals)):
            if isinstance(record, Refused):
                place = record.place or Place(self.folder)
                yield Finding(record.code, place, record.message, record.hint)
        if PROPOSAL not in self.names:
            yield Finding("SP050", Place(self.folder), f"a proposal's folder without {PROPOSAL}")
        proposal = self.proposal
        blobs = {f"blobs/{file.blob}" for file in proposal.files if file.blob} if proposal is not None else set()
        for name in self.names:
            place = Place(f"{self.folder}/{name}")
            if name in blobs:
                if digest(self.files.read(f"{self.folder}/{name}") or b"") != f"sha256:{name.removeprefix('blobs/')}":
                    yield Finding("SP049", place, "not the file that its name says")
            elif name.startswith(APPROVALS):
                if name.endswith(SIGNATURE) and name.removesuffix(SIGNATURE) not in self.names:
                    yield Finding("SP051", place, "a signature of nothing")
            elif name not in (PROPOSAL, RECEIPT, WITHDRAWN) and (proposal is not None or not name.startswith("blobs/")):
                yield Finding("SP051", place, "a file that no proposal's folder has")
        if proposal is None:
            return
        path = Place(f"{self.folder}/{PROPOSAL}")
        if proposal.id != self.id:
            yield Finding("SP052", path, f"the folder is called {self.id}, the proposal in it {proposal.id}")
        month = self.folder.rsplit("/", 2)[-2]
        if month != proposal.id.month:
            yield Finding("SP053", path, f"it lies under {month}, and belongs under {proposal.id.month}")
        for name, approval in self.approvals:
            if approval.proposal != proposal.id:
                yield Finding("SP054", Place(f"{self.folder}/{name}"), f"an approval of {approval.proposal}")
            elif approval.digest != self.digest:
                message = "an approval of another digest: it is of something else than what lies here"
                yield Finding("SP142", Place(f"{self.folder}/{name}"), message)
        if self.receipt is not None and self.receipt.proposal != proposal.id:
            yield Finding("SP054", Place(f"{self.folder}/{RECEIPT}"), f"a receipt of {self.receipt.proposal}")
        if self.withdrawal is not None and self.withdrawal.proposal != proposal.id:
            place = Place(f"{self.folder}/{WITHDRAWN}")
            yield Finding("SP054", place, f"a withdrawal of {self.withdrawal.proposal}")


class _Reads(Protocol[T_co]):
    def __call__(self, text: str, *, file: str) -> T_co: ...


def _record(read: _Reads[T], data: bytes, path: str) -> T | Refused:
    """A record by the function that reads it. A small one is read once: every commit of a history has it again."""
    if len(data) > _SMALL:
        return _tried(partial(read, file=path), data, path)
    return _again(read, data, path)  # type: ignore[arg-type,return-value]  # a cache forgets what the types are


@lru_cache(maxsize=4_000)
def _again(read: Callable[..., object], data: bytes, path: str) -> object:
    return _tried(partial(read, file=path), data, path)


def _tried(read: Callable[[str], T], data: bytes, path: str) -> T | Refused:
    try:
        return read(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Refused(f"not UTF-8 text (byte {error.start + 1})", place=Place(path))
    except Refused as error:
        return error


@dataclass(frozen=True, slots=True)
class Ledger:
    """The proposals of one tree by id, oldest first, and the settings that hold there."""

    settings: Settings
    proposals: dict[str, Stored]


def settings_of(files: Files) -> Settings:
    """The settings of a tree; the defaults if it has none. Raises `Refused` with the place of what is wrong."""
    data = files.read(SETTINGS)
    if data is None:
        return Settings()
    try:
        return read_settings(data.decode("utf-8"), file=SETTINGS)
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8 text (byte {error.start + 1})", place=Place(SETTINGS)) from error


def read_ledger(files: Files, *, settings: Settings | None = None) -> Ledger:
    """The ledger of one tree. Only what lies at `FOLDER/YYYY-MM/ID/` counts as a proposal."""
    known = settings if settings is not None else settings_of(files)
    folder = known.folders.proposals
    names: dict[tuple[str, str], list[str]] = {}
    for path in files.paths(folder):
        parts = path[len(folder) + 1 :].split("/", 2)
        if len(parts) == 3 and parts[1].startswith("CP-"):
            names.setdefault((parts[1], parts[0]), []).append(parts[2])
    found: dict[str, Stored] = {}
    for (id_, month), inside in sorted(names.items()):
        found[id_] = Stored(id_, f"{folder}/{month}/{id_}", tuple(inside), files)
    return Ledger(known, found)


def find_stored(files: Files, id_: str, *, settings: Settings) -> Stored | None:
    """One proposal's folder by its whole id, without reading the others."""
    folder = f"{settings.folders.proposals}/{id_[3:7]}-{id_[7:9]}/{id_}"
    names = tuple(path[len(folder) + 1 :] for path in files.paths(folder))
    return Stored(id_, folder, names, files) if names else None
