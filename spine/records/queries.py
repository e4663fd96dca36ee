"""The bounds of a JMESPath expression that stands in a file: its length, its nesting, and that it is one."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from spine.errors import Refused
from spine.printable import printable

LONGEST = 1000
DEEPEST = 40


class BadQuery(Refused):
    """The text is no JMESPath expression, or one that is too long or nested too deeply."""

    code = "SP229"


@lru_cache(maxsize=256)
def check_query(text: str) -> Any:
    """The parsed expression. Raises `BadQuery` with the column of what is wrong."""
    import jmespath
    from jmespath.exceptions import JMESPathError, ParseError

    if not text.strip():
        raise BadQuery("the query is empty")
    if len(text) > LONGEST:
        raise BadQuery(f"the query has {len(text)} characters, the limit is {LONGEST}")
    shown = printable(text if len(text) <= 60 else text[:57] + "...")
    hint = "a query is JMESPath: targets[?site=='home'].name; raw strings in single quotes, numbers in backquotes"
    try:
        parsed: Any = jmespath.compile(text).parsed
    except RecursionError as error:
        raise BadQuery(f"“{shown}” is nested too deeply") from error
    except JMESPathError as error:
        where = f" at column {error.lex_position + 1}" if isinstance(error, ParseError) and error.lex_position else ""
        raise BadQuery(f"“{shown}” is not a query{where}", hint=hint) from error
    # The library stumbles over a few texts that are none: a lone surrogate in a literal, `a[`.
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise BadQuery(f"“{shown}” is not a query", hint=hint) from error
    if _depth(parsed) > DEEPEST:
        raise BadQuery(f"“{shown}” is nested more than {DEEPEST} levels deep")
    return parsed


def query_text(text: str) -> str:
    """The text itself, if it is a query."""
    check_query(text)
    return text


def _depth(parsed: Any) -> int:
    deepest, todo = 0, [(parsed, 1)]
    while todo:
        node, depth = todo.pop()
        deepest = max(deepest, depth)
        todo += [(child, depth + 1) for child in node.get("children", ()) if isinstance(child, dict)]
    return deepest
