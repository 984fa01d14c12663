"""The snippets of docs/clients.md are parts of the programs that test_recorder.py and test_clients.py run.

BOWLINE_WRITE=1 puts them into the document anew.
"""

from __future__ import annotations

import os
import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "docs" / "clients.md"
SOURCES = {".py", ".go", ".js", ".java"}
SNIPPET = re.compile(r"(<!-- snippet: (\S+) ([^>]+) -->\n```\w+\n)(.*?)(```\n)", re.DOTALL)
BEGIN = re.compile(r"^\s*(?://|#) docs: (.+)\n", re.MULTILINE)


def snippets(source: Path) -> dict[str, str]:
    """Name -> the lines from `docs: NAME` to `docs: end`, moved to the left margin."""
    found = {}
    for begin in BEGIN.finditer(text := source.read_text()):
        if begin[1] != "end":
            end = next(mark for mark in BEGIN.finditer(text, begin.end()) if mark[1] == "end")
            found[begin[1]] = textwrap.dedent(text[begin.end() : end.start()].expandtabs(4))
    return found


def renewed(document: str) -> str:
    return SNIPPET.sub(lambda found: found[1] + snippets(ROOT / found[2])[found[3]] + found[5], document)


def test_snippets_are_parts_of_tested_programs() -> None:
    document = DOCUMENT.read_text()
    wanted = renewed(document)
    if os.environ.get("BOWLINE_WRITE"):
        DOCUMENT.write_text(wanted)
    else:
        assert document == wanted, "BOWLINE_WRITE=1 renews it"


def test_all_parts_are_shown() -> None:
    shown = {(found[2], found[3]) for found in SNIPPET.finditer(DOCUMENT.read_text())}
    folders = [ROOT / "ci" / "clients", ROOT / "ci" / "recorder"]
    sources = [path for folder in folders for path in folder.rglob("*.*") if path.suffix in SOURCES]
    marked = {(str(path.relative_to(ROOT)), name) for path in sources for name in snippets(path)}
    assert shown == marked
    assert len(marked) >= 12
