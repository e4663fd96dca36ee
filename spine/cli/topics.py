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

Within plan/1 keys are added, never changed or removed.
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
}
