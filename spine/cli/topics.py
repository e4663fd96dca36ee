"""What `spine help TOPIC` prints."""

from __future__ import annotations

TOPICS = {
    "exit-codes": """
How a command ends:

    0  done, or nothing to do: what has landed already counts, nothing was written
    1  findings, something dirty or locked, or the operation failed
    2  input refused: wrong usage, or something malformed
    3  conflict with what is there
    4  the policy of the repository is not met
    5  the repository needs spine doctor
    6  cannot tell, because this clone lacks what would be needed
  130  interrupted (Ctrl-C)
  141  whoever read the output went away
  143  terminated

Of several reasons the first in the order 5, 2, 4, 3, 1, 6 decides. After 2, 3 and 4 nothing has been written.
spine diff ends with 0 whatever differs; with --exit-code it ends with 1 if anything does.
""",
    "json": """
What goes in: spine propose --stdin < change.json

    {"title": "Stop VM 100", "why": "It moves.", "base": "<the commit you read>",
     "files": [{"path": "bindings/vm.yaml",
                "ops": [{"set": "vms[vmid=100].status", "to": "stopped"}]}]}

base is HEAD if it is left out. from, was and after may be left out of an operation: they are taken from base, so a
program never overwrites what it did not see. Instead of ops a file has "content" (a new file's text) or
"delete": true. A title on the command line wins over the one in the document.

What comes out: every verb takes --json and prints one document on stdout, whatever happens.

    {"spine": "plan/1", ..., "exit": {"code": 0, "meaning": "done"}}
    {"spine": "error/1", "code": "SP061", "message": ..., "place": ..., "hint": ..., "exit": ...}

Within plan/1 keys are added, never changed or removed. spine schema show plan gives its JSON Schema (draft 2020-12),
spine schema list names them all.
""",
    "addresses": """
An address is a place in a file: FILE#ADDRESS.

    bindings/vm.yaml#vms[vmid=100].status         the item of vms whose vmid is 100, there the key status
    bindings/vm.yaml#vms[vmid=100,node=a].status  two fields make the identity
    bindings/vm.yaml#tags[=prod]                  a member of a list of plain values
    bindings/vm.yaml#steps[#3]                    the third item: for reading, never to write below
    bindings/vm.yaml#"a key".b                    odd keys are quoted like JSON strings
    bindings/vm.yaml#$2.title                     the second document of the file

On the command line FILE#ADDRESS=VALUE parts at the first = outside brackets and quotes. VALUE is one piece of YAML on
one line (true, 3, [a, b], {k: v}); --set-string takes it as text.
""",
    "criteria": """
A criterion of a loop may carry a check, in the front matter of its file, by its number:

    checks:
      1: {at: "bindings/vm.yaml#vms[proxmox_host=home].vmid", has: [100, 101, 105]}
      2: {at: "bindings/compose.yaml#targets.*", where: {site: home}, count: ">= 1"}
      3: {in: bindings/backup.yaml, query: "targets[?site=='home']", every: {enabled: true}}
      4: {at: "bindings/probes.yaml#endpoints[].host", among: "bindings/ssh.yaml#targets[].id"}
      5: {file: docs/home-*.md, contains: Pi-hole}
      6: {all: [{no_open_gap: {above: medium}}, {parity: home-parity}]}

What it looks at, one of:

    at: FILE#ADDRESS    all places that are meant: [] is every item, * any key, ** any steps; a selector may name
                        any field (spine help addresses)
    in: FILE, query: Q  what the JMESPath expression finds in a file, or at FILE#ADDRESS
    file: PATH          files; * and ** as in governed. contains: TEXT keeps those that hold it
    gaps: {...}         gaps by status, severity, type, above: SEVERITY, loop: this | any | LOOP-...
    no_open_gap: true   short for gaps that are open, of this loop, count 0; or no_open_gap: {above: medium}
    parity: AUDIT       all rules of an audit hold (spine help audits)
    all: [...]  any: [...]   several checks

where: {FIELD: CONDITION} keeps of at and query the entries that are so. What is said of them, one or more of:

    count: 5, ">= 1"    how many                       exists: true | false
    is: VALUE           it is one, and this            has: [VALUES]    all these are there
    every, some, none: CONDITION                       only: [VALUES]   nothing else is there
    among: FILE#ADDRESS each is one of the values there

A CONDITION is a value, a list of values, {like: "home-*"}, {not: VALUE}, or for entries {FIELD: CONDITION}. Values are
compared as they are written: 100 is not "100", 010 is not 10. To a query 100, -3 and 2.5 are numbers; 010, 8e66283 and
1.10 are text. A file, field or key that is not there makes no zero: the check cannot be told, and says what is missing.

spine loop check LOOP shows what is claimed and computed, and who made it so. A tick that the data contradicts is a
finding of spine validate; spine loop close ticks what is so and asks for what is not.
""",
    "audits": """
An audit is a table in spine.yaml: what there is by row and column, who is missing, and rules. spine parity computes it.

    audits:
      home-parity:
        title: The home site beside the shop
        loop: LOOP-HOME-20260212                      # whose gaps --propose drafts
        columns:
          shop: {site: shop}                          # fields of an entry; or [names]; or a form of names, "home-*"
          home: {site: home}
        rows:
          Probes: {at: "bindings/probes.yaml#endpoints[]"}
          Backups: {at: "bindings/backup.yaml#targets[]", where: {enabled: true}}
          Machines:
            at: "bindings/backup.yaml#targets[]"
            name: vm                                  # the field that members are called by; else their identity
            expect: {at: "bindings/vm.yaml#vms[]", name: hostname}
          Lessons: {file: "docs/*.md", columns: {shop: "docs/shop-*.md", home: "docs/home-*.md"}}
        rules:
          - home >= 1 where shop > 0                  # also: home >= shop, home = all, home >= 80%
          - {rule: home = all, rows: [Backups]}

A row looks at things as checks of criteria do (spine help criteria): at, in and query, or file, with where or contains.
With where or contains it counts those that are so, of all that are there ("2 of 5"); with expect those that are there,
of those that another list names. The others are missing, by name.

In a loop's file the table stands between two comments; spine loop sync writes it, and nothing around it:

    <!-- spine:parity home-parity since 06c673b -->
    <!-- /spine:parity -->

since may be left out; with it, columns that changed stand there before and after. --format chart gives
{"spine": "parity-chart/1", "categories": [rows], "series": [{"name", "moment": "now" or "before", "values", "totals"}],
"failing": [{"category", "series", "rule"}]}; a value is null where a row cannot be told.
""",
}
