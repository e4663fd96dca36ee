"""JMESPath over plain values, within limits: expressions come from files that anybody may have written.

The library parses and evaluates. Here are the bounds: length and nesting of an expression, and a budget that every
step, every list that is made, and all that a function or comparison looks at is paid from. Nothing in JMESPath runs
patterns, so no expression is slow in a way that its steps do not show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from spine.errors import Refused
from spine.ledger.budget import Budget, CannotTell
from spine.records.queries import check_query
from spine.yamldoc.plain import node_of

if TYPE_CHECKING:
    from jmespath.functions import Functions
    from jmespath.visitor import TreeInterpreter

_CHARS = 64  # characters of a string that are one unit of work


def run_query(expression: str, value: object, budget: Budget) -> object:
    """What an expression finds in a value. Raises `CannotTell` if it cannot be evaluated or goes beyond the limits."""
    from jmespath.exceptions import JMESPathError

    try:
        parsed = check_query(expression)
        found = _interpreter(budget).visit(parsed, value)
    except Refused as error:
        raise CannotTell(error.message) from error
    except RecursionError as error:
        raise CannotTell("the query is nested too deeply") from error
    # The library lets what its functions stumble over through as it is: a slice by 0, a list that is sorted by a list.
    except (JMESPathError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
        raise CannotTell(f"the query cannot be evaluated: {str(error)[:200]}") from error
    _weigh(found, budget)
    return found


def results(found: object) -> list[object]:
    """What was found, one by one: the members of a list; nothing for null."""
    if isinstance(found, list):
        return list(found)
    return [] if found is None else [found]


def _weigh(value: object, budget: Budget) -> None:
    """Pay for a value as deep as it goes. What stands in it twice is paid for twice, as whoever walks it would."""
    todo = [value]
    while todo:
        one = todo.pop()
        budget.spend(1 + (len(one) // _CHARS if isinstance(one, str) else 0))
        if isinstance(one, list):
            todo += one
        elif isinstance(one, dict):
            todo += one.values()
        elif one is not None and not isinstance(one, str | int | float) and node_of(one) is None:
            raise CannotTell("the query gives an expression (&), not a value")


def _interpreter(budget: Budget) -> TreeInterpreter:
    # Made when it is needed: the library is not loaded by commands that ask nothing.
    from jmespath.functions import Functions
    from jmespath.visitor import Options, TreeInterpreter

    class Paid(TreeInterpreter):
        """Evaluates as the library does, and pays."""

        def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
            budget.spend(1)
            found = super().visit(node, *args, **kwargs)
            if isinstance(found, list | dict):
                budget.spend(len(found))
            return found

        def visit_flatten(self, node: Any, value: Any) -> Any:
            # The base is visited here, so that what the flattened list will hold is paid for before it is made.
            base = self.visit(node["children"][0], value)
            if isinstance(base, list):
                budget.spend(sum(len(one) for one in base if isinstance(one, list)))
            return super().visit_flatten(_with(node, [base]), value)

        def visit_comparator(self, node: Any, value: Any) -> Any:
            sides = [self.visit(child, value) for child in node["children"]]
            for side in sides:
                _weigh(side, budget)
            return super().visit_comparator(_with(node, sides), value)

    return Paid(Options(custom_functions=_paid_functions(Functions, budget)))


def _paid_functions(known: type[Functions], budget: Budget) -> Functions:
    class Paid(known):  # type: ignore[valid-type, misc]  # loaded when it is needed
        """The library's functions, paid for before they run."""

        def call_function(self, function_name: str, resolved_args: list[Any]) -> Any:
            for argument in resolved_args:
                if type(argument).__name__ != "_Expression":
                    _weigh(argument, budget)
            if function_name == "join" and len(resolved_args) == 2:
                separator, items = resolved_args
                if isinstance(separator, str) and isinstance(items, list):
                    budget.spend(len(separator) * len(items) // _CHARS)
            if function_name == "contains" and len(resolved_args) == 2 and isinstance(resolved_args[0], list):
                for _ in resolved_args[0]:
                    _weigh(resolved_args[1], budget)
            return super().call_function(function_name, resolved_args)

    return cast("Functions", Paid())


def _with(node: Any, values: list[object]) -> Any:
    """A node of an expression, with these values for its children."""
    return {**node, "children": [{"type": "literal", "value": value, "children": []} for value in values]}
