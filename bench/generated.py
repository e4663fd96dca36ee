"""A large binding that looks like a real one: a register with comments, block scalars, nested lists and odd values."""

from __future__ import annotations

import random

LINES = 21_000
_WORDS = (
    "backup snapshot container gateway replica volume certificate inventory drift probe endpoint policy rotation "
    "quorum tunnel scheduler registry ledger mirror baseline parity restore cluster hypervisor session contract"
).split()
_HOSTS = ("pve-home", "pve-shop", "docker-host", "nas-01", "edge-gw", "infra-core", "media-stack")


def binding(lines: int = LINES, seed: int = 20260212) -> str:
    """About `lines` lines, 1.2 MB by default; the same text for the same arguments."""
    chance = random.Random(seed)
    out = [
        "# Register of known shortfalls. Edited by many hands; one entry each.\n",
        "---\n",
        "version: 1.10\n",
        'updated: "2026-02-12T13:24:52Z"\n',
        "owner: infra-core\n",
        "\n",
        "# --- entries " + "-" * 60 + "\n",
        "gaps:\n",
    ]
    number = 0
    while len(out) < lines:
        number += 1
        out += _entry(number, chance)
    return "".join(out)


def _phrase(chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(count))


def _entry(number: int, chance: random.Random) -> list[str]:
    commit = f"{chance.randrange(16**7):07x}"
    out = []
    if number % 40 == 1:
        out += ["\n", f"  # ── {_phrase(chance, 4)}: found in the {_phrase(chance, 3)} audit ──\n"]
    if chance.random() < 0.15:
        out.append(f"  # {_phrase(chance, 9)}\n")
    out += [
        f"  - id: GAP-OP-{number}\n",
        f'    title: "{_phrase(chance, 7)}: {_phrase(chance, 3)}"\n',
        f"    type: {chance.choice(('runtime-bug', 'stale-ssot', 'missing-entry', 'unclear-doc'))}\n",
        f"    severity: {chance.choice(('low', 'medium', 'high', 'critical'))}  # {_phrase(chance, 3)}\n",
        f"    status: {chance.choice(('open', 'fixed', 'closed'))}\n",
        f'    discovered_at: "2026-02-{chance.randrange(1, 28):02}"\n',
        f"    fixed_in: {commit}\n",
        f"    parent_loop: LOOP-{_phrase(chance, 3).upper().replace(' ', '-')}-20260212\n",
        "    description: |\n",
    ]
    out += [f"      {_phrase(chance, 13)}, {_phrase(chance, 4)}.\n" for _ in range(chance.randrange(2, 6))]
    if chance.random() < 0.5:
        out.append("    affects:\n")
        for host in chance.sample(_HOSTS, chance.randrange(1, 4)):
            out += [
                f"      - host: {host}\n",
                f"        services: [{', '.join(chance.sample(_WORDS, 3))}]\n",
                f"        path: /opt/stacks/{chance.choice(_WORDS)}/docker-compose.yml\n",
                "        checks:\n",
                *[f"          - {one}-{chance.choice(_WORDS)}\n" for one in chance.sample(_WORDS, 2)],
            ]
    if chance.random() < 0.4:
        out += ["    evidence:\n", *[f'      - "{_phrase(chance, 9)}"\n' for _ in range(chance.randrange(1, 4))]]
    if chance.random() < 0.3:
        out += ["    notes: >-\n", *[f"      {_phrase(chance, 11)}\n" for _ in range(2)]]
    return out
