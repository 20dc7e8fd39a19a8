"""What an enum's values and a model's fields mean: the strings written under them, which Python itself forgets.

The first line of such a string is what people call the value, `ไทย · English`; the rest says more.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from enum import Enum
from typing import Any

from contracts.stage import Stage


def meanings(enum: type[Enum]) -> dict[str, str]:
    """From a member's name to the sentence under it; members without one are left out."""
    return {name: text.replace("\n\n", ": ").replace("\n", " ") for name, text in strings_under(enum).items()}


def strings_under(of: type[Any]) -> dict[str, str]:
    """From the name of a member (of an enum) or a field to the string under it, as it is written; those without one are
    left out."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(of))).body[0]
    assert isinstance(tree, ast.ClassDef)
    told = {member.name: member.th for member in of} if issubclass(of, Stage) else {}
    for before, after in zip(tree.body, tree.body[1:], strict=False):
        match before, after:
            case (
                ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                told[name] = inspect.cleandoc(text)
    return told
