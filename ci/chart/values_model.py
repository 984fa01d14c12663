"""values.yaml as a tree: each key with its default, its description and its schema hint.

Comments above a key, in this order, belong to it:
  # @section TEXT      begins a group of the reference (top level only)
  # -- TEXT            begins the description; the comment lines after it continue it
  # @schema {…}        a YAML flow mapping: `free` (a map whose keys are the user's: any, strings, config, or a definition of
                       definitions.py), `items` (a schema or the name of a definition), `nullable: true`, `enum`, `type` and
                       whatever else JSON Schema knows
Other comments are for the reader of the file alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


# Of a description: it becomes a cell of a table.
MAX_WORDS = 40


class ModelError(ValueError):
    """values.yaml breaks a rule of this module."""


@dataclass
class Value:
    path: str
    default: Any
    description: str
    hint: dict[str, Any]
    section: str
    children: list[Value] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.path.rsplit(".", 1)[-1]

    @property
    def is_structure(self) -> bool:
        return bool(self.children)


@dataclass
class _Comment:
    description: str = ""
    hint: dict[str, Any] = field(default_factory=dict)
    section: str | None = None


def _comment_above(lines: list[str], line: int, path: str) -> _Comment:
    first = line
    while first > 0 and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    # A section line stands apart from the comment of the key that follows it.
    result = _Comment(section=_section_above(lines, first))
    text: list[str] = []
    for raw in lines[first:line]:
        body = raw.strip().lstrip("#").strip()
        if body.startswith("@section "):
            result.section = body.removeprefix("@section ")
        elif body.startswith("@schema "):
            hint = yaml.safe_load(body.removeprefix("@schema "))
            if not isinstance(hint, dict):
                raise ModelError(f"{path}: @schema wants a mapping")
            result.hint.update(hint)
        elif body.startswith("-- "):
            text = [body.removeprefix("-- ")]
        elif text:
            text.append(body)
    result.description = " ".join(text).strip()
    return result


def _section_above(lines: list[str], line: int) -> str | None:
    above = line - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    body = lines[above].strip() if above >= 0 else ""
    return body.removeprefix("# @section ") if body.startswith("# @section ") else None


def _build(node: yaml.MappingNode, lines: list[str], prefix: str, section: str) -> list[Value]:
    values: list[Value] = []
    for key_node, value_node in node.value:
        path = f"{prefix}{key_node.value}"
        comment = _comment_above(lines, key_node.start_mark.line, path)
        if not prefix and comment.section:
            section = comment.section
        default = yaml.safe_load(yaml.serialize(value_node))
        value = Value(path, default, comment.description, comment.hint, section)
        if isinstance(default, dict) and "free" not in comment.hint:
            if not default:
                raise ModelError(f"{path}: an empty map needs `# @schema {{free: …}}`")
            assert isinstance(value_node, yaml.MappingNode)
            value.children = _build(value_node, lines, f"{path}.", section)
        elif not comment.description:
            raise ModelError(f"{path}: no description (a line `# -- …` above it)")
        if (words := len(comment.description.split())) > MAX_WORDS:
            raise ModelError(
                f"{path}: a description of {words} words; at most {MAX_WORDS}, and the rest into the chart's README"
            )
        values.append(value)
    return values


def load(path: Path) -> list[Value]:
    """The top-level values of the file, in its order."""
    text = path.read_text()
    node = yaml.compose(text)
    if not isinstance(node, yaml.MappingNode):
        raise ModelError(f"{path}: not a mapping")
    return _build(node, text.splitlines(), "", "")


def leaves(values: list[Value]) -> list[Value]:
    """All values that are not structures, in the file's order."""
    found: list[Value] = []
    for value in values:
        found.extend(leaves(value.children) if value.is_structure else [value])
    return found
