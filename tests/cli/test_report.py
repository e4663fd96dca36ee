"""`spine report` at the door: a site of a revision, written again only where the ledger moved on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .conftest import Done, House

Call = Callable[..., Done]


def site(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_site_follows_the_ledger(house: House, inside: Call, tmp_path: Path) -> None:
    out = tmp_path / "site"
    said = inside("report", "-o", str(out))
    assert (said.code, said.err) == (0, "")
    assert said.out.endswith(f"\n{out}/index.html\n")
    assert "Nothing has landed yet." in (out / "timeline.html").read_text()
    first = site(out)
    assert inside("report", "-o", str(out), "--json").document["written"] == []
    id_ = house.propose("start the dns", "--set", "bindings/vm.yaml#vms[vmid=101].status=running", "--apply")["id"]
    done = inside("report", "-o", str(out), "--json").document
    assert f"proposals/{id_}.html" in done["written"]
    assert "site.css" not in done["written"]
    page = next(path for path in done["written"] if path.startswith("bindings/bindings-vm"))
    assert id_ in (out / page).read_text()
    back = inside("report", "-o", str(out), "--at", "HEAD^", "--json").document
    assert back["removed"] == [f"proposals/{id_}.html"]
    assert site(out) == first


def test_the_site_looks_at_the_commit_only(house: House, inside: Call, tmp_path: Path) -> None:
    inside("report", "-o", str(tmp_path / "one"))
    house.propose("a draft", "--set", "bindings/vm.yaml#vms[vmid=101].status=running")
    house.write("bindings/vm.yaml", "edited: true\n")
    inside("report", "-o", str(tmp_path / "two"))
    assert site(tmp_path / "one") == site(tmp_path / "two")


def test_what_cannot_be_read_has_a_page_that_says_so(house: House, inside: Call, tmp_path: Path) -> None:
    month = "proposals/2026-02/CP-20260212-080601__broken"
    house.commit(
        "odd",
        {
            "bindings/bad.yaml": "a: [\n</ol><script>\n",
            "bindings/binary.yaml": b"\xff\xfe\x00",
            "bindings/empty.yaml": "",
            "bindings/two.yaml": "a: 1\n---\n- b: 2\n- c\n",
            "bindings/flow.yaml": "{a: 1, b: [x, y]}\n",
            "bindings/crlf.yaml": "a: 1\r\nb: |\r\n  two\r\n  lines\r\n",
            f"{month}/proposal.yaml": "spine: proposal/1\n",
            "loops/LOOP-x.scope.md": "no front matter",
            "gaps/GAP-OP-1.yaml": "spine: gap/1\n",
        },
    )
    said = inside("report", "-o", str(tmp_path / "site"))
    assert (said.code, said.err) == (0, "")
    pages = {path: text.decode() for path, text in site(tmp_path / "site").items()}
    bad = next(text for path, text in pages.items() if path.startswith("bindings/bindings-bad-"))
    assert "class=problem" in bad
    assert "&lt;/ol&gt;&lt;script&gt;" in bad
    assert "unreadable" in pages[f"proposals/{month[18:]}.html"]
    crlf = next(text for path, text in pages.items() if path.startswith("bindings/bindings-crlf-"))
    assert "<li id=L4>" in crlf
    assert "␍" not in crlf


def test_a_register_of_gaps_has_pages_too(house: House, inside: Call, tmp_path: Path) -> None:
    text = "gaps:\n  - id: GAP-OP-7\n    title: no backup\n    status: open\n    severity: odd\n"
    text += "  - id: '../x'\n    status: null\n"
    house.commit(
        "register",
        {"bindings/gaps.yaml": text, "spine.yaml": "spine: settings/1\ngaps: {register: bindings/gaps.yaml}\n"},
    )
    assert inside("report", "-o", str(tmp_path / "site")).code == 0
    pages = site(tmp_path / "site")
    assert b"#L2" in pages["gaps/GAP-OP-7.html"]
    assert sum(path.startswith("gaps/x-") for path in pages) == 1
    assert b"odd" in pages["index.html"]


def test_a_folder_of_somebody_else_is_refused(house: House, inside: Call) -> None:
    said = inside("report", "-o", "docs")
    assert said.code == 2
    assert "SP280" in said.err
    assert "--force" in said.err
    assert house.status() == []
