"""The door. `--version`, the root `--help` and a hook without work are answered before much is loaded."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        from spine import __version__

        print(f"spine {__version__}")
        return
    if sys.argv[1:] in (["--help"], ["-h"]) and _is_wide():
        with open(__file__.removesuffix("__main__.py") + "cli/root_help.txt", encoding="utf-8") as file:
            print(file.read(), end="")
        return
    if sys.argv[1:3] == ["hooks", "run"]:
        import os

        from spine.cli.quick import has_nothing_to_do

        if has_nothing_to_do(sys.argv[3:], os.environ):
            return
    import gc

    from spine.cli.boundary import run

    # A process of a second, whose objects are nearly all in use: the usual 700 would walk a large file's tree again and
    # again. Of what a long run leaves behind, no more than a few files' worth waits to be collected.
    gc.set_threshold(200_000, 20, 20)
    code = run(sys.argv[1:])
    gc.freeze()  # nor does the end of the process need to take apart what it ends with
    sys.exit(code)


def _is_wide() -> bool:
    """Whether the help can be shown as it was generated, 80 columns wide; and is read by somebody."""
    import os

    said = os.environ.get("COLUMNS", "")
    try:
        sys.stdout.fileno()
        return int(said) >= 80 if said.isdecimal() else os.get_terminal_size(sys.stdout.fileno()).columns >= 80
    except (AttributeError, ValueError):  # closed
        return False
    except OSError:  # no terminal
        return True


if __name__ == "__main__":
    main()
