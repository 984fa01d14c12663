"""What the documents name exists: files, links, verbs, flags, values, tests, identifiers. Only the standard library."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from alerts import check_alerts
from interface import interface

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ["tools", "charts", "ci", "values", ".ci", "CMakeLists.txt", "CMakePresets.json"]
# Generated, and notes about the engines and the kernel, which name things of theirs.
NOT_CHECKED = {
    "docs/reference/cli.md",
    "docs/reference/values.md",
    "docs/facts/cluster.md",
    "docs/facts/kernel-links.md",
    "docs/facts/sentinel-phase.md",
    "docs/facts/sentinel.md",
    "docs/facts/silence.md",
}
COMMANDS = {"", "sh"}  # languages of code blocks that hold commands
FILE = re.compile(r"\.(cc|crt|key|h|py|sh|yaml|yml|md|json|conf|tpl|lock|txt|from|tar|html|rdb|aof)$")
PLACEHOLDER = re.compile(r"\b(NAME|PART|NNNN)\b")
Problem = str | None


@dataclass
class Document:
    """A Markdown file: its inline code, its command lines, its links."""

    path: Path
    spans: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, path: Path) -> Document:
        document = cls(path)
        prose: list[str] = []
        language: str | None = None
        for line in path.read_text().splitlines():
            if line.startswith("```"):
                language = line[3:].strip() if language is None else None
            elif language is None:
                prose.append(line)
            elif language in COMMANDS:
                document.commands.append(line)
        text = "\n".join(prose)
        document.spans = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)]
        document.links = re.findall(r"\]\(([^)\s]+)\)", text)
        document.anchors = {anchor(line) for line in prose if line.startswith("#")}
        document.commands = joined(document.commands)
        return document


def joined(lines: list[str]) -> list[str]:
    """Lines that end in a backslash go on in the next one; comments are cut off."""
    text = "\n".join(re.sub(r"(^|\s)#.*", "", line) for line in lines)
    return [line.strip() for line in re.sub(r"\\\n\s*", "", text).splitlines() if line.strip()]


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lstrip("# ").lower()).replace(" ", "-")


def git_files(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def sources(pattern: str) -> str:
    return "\n".join(path.read_text() for path in ROOT.glob(pattern))


class Project:
    """What there is to name."""

    def __init__(self, program: str) -> None:
        self.reference = subprocess.run([program, "docs"], capture_output=True, text=True, check=True).stdout
        self.verbs: dict[str, set[str]] = {}
        for section in self.reference.split("\n## bowline ")[1:]:
            self.verbs[section.splitlines()[0]] = set(re.findall(r"^\| `(--[a-z-]+)`", section, re.MULTILINE))
        introduction = self.reference.split("\n## ")[0]
        self.common_flags = {"--help", *re.findall(r"`(--[a-z-]+)`", introduction)}
        rows = re.findall(
            r"^\| `([^`]+)` \| ((?:\\\||[^|])+) \|", (ROOT / "docs/reference/values.md").read_text(), re.MULTILINE
        )
        self.values = {path: kind.strip() for path, kind in rows}
        self.top_values = {path.split(".")[0] for path in self.values}
        self.tests: dict[str, str] = {}
        for path in [*ROOT.glob("ci/e2e/test_*.py"), *ROOT.glob("ci/integration/test_*.py")]:
            for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE):
                self.tests[name] = path.stem
        self.text = "\n".join(path.read_text(errors="ignore") for path in git_files(*SOURCES))

    def value(self, path: str) -> Problem:
        """A value, a group of values, or something below a value that is a free map."""
        if path in self.values or any(known.startswith(path + ".") for known in self.values):
            return None
        parts = path.split(".")
        above = (".".join(parts[:count]) for count in range(1, len(parts)))
        if any(self.values.get(known, "").startswith("object") for known in above):
            return None
        return f"no value {path}"

    def verb(self, words: list[str]) -> Problem:
        """The words after `bowline`."""
        if not words or words[0] in {"--version", "--help", "--parse-only"}:
            return None
        verb = " ".join(words[:2]) if " ".join(words[:2]) in self.verbs else words[0]
        if verb not in self.verbs:
            return f"no verb {verb}"
        engine = words.index("--") if "--" in words else len(words)
        flags = {word.split("=")[0] for word in words[:engine] if word.startswith("--")}
        unknown = flags - self.verbs[verb] - self.common_flags
        return f"{verb} has no {', '.join(sorted(unknown))}" if unknown else None


def find(document: Document, name: str) -> list[Path]:
    """Files of that name, which may be a pattern, from the root or from the document's folder."""
    pattern = PLACEHOLDER.sub("*", name).rstrip("/")
    found = [path for base in (ROOT, document.path.parent) for path in base.glob(pattern)]
    return found or [path for base in (ROOT, document.path.parent) for path in [base / pattern] if path.exists()]


def is_path(document: Document, word: str) -> bool:
    if not re.fullmatch(r"[\w.*-]+(/[\w.*-]+)*/?", word) or "/" not in word:
        return False
    first = word.split("/")[0]
    return (ROOT / first).is_dir() or (document.path.parent / first).is_dir()


def beside(script: Path) -> list[Path]:
    return [path for path in script.parent.glob(script.stem + "*") if path.is_file()]


def script_flags(document: Document, words: list[str]) -> Problem:
    """Flags of a script of ours must stand in the script, or in the program of the same name beside it."""
    flags = {word.split("=")[0] for word in words[1:] if re.fullmatch(r"--[a-z][a-z-]+(=.*)?", word)}
    scripts = [path for path in find(document, words[0]) if path.is_file()]
    if not scripts or not flags:
        return None
    texts = [path.read_text(errors="ignore") for script in scripts for path in beside(script)]
    unknown = {flag for flag in flags if not any(flag in text for text in texts)}
    return f"{words[0]} has no {', '.join(sorted(unknown))}" if unknown else None


def command(project: Project, document: Document, line: str) -> Iterator[tuple[str, Problem]]:
    """A command line, from a code block or from inline code."""
    bare = re.sub(r"'[^']*'", "", line)
    words = bare.removeprefix("$ ").split(";")[0].split()
    if not words:
        return
    for word in (word.strip("()$") for word in words):
        if is_path(document, word):
            yield word, None if find(document, word) else f"no file {word}"
    for setting in re.findall(r"--set[ =]([\w.]+)=", bare):
        yield f"--set {setting}", project.value(setting)
    for test in re.findall(r"\btest_\w+", line):
        yield test, None if any(test in (name, module) for name, module in project.tests.items()) else f"no test {test}"
    if is_path(document, words[0]):
        yield f"flags of {line}", script_flags(document, words)
    for index, word in enumerate(words):
        if word == "/opt/bowline/bowline" or (word == "bowline" and index == 0):
            yield f"verb of {line}", project.verb(words[index + 1 :])


def span(project: Project, document: Document, text: str) -> Iterator[tuple[str, Problem]]:
    """Inline code."""
    value = re.fullmatch(r"([a-z][A-Za-z]*(?:\.[A-Za-z][\w-]*)*)(?:: .*)?", text)
    if value and value[1].split(".")[0] in project.top_values and not FILE.search(text) and re.search(r"[.:]", text):
        yield text, project.value(value[1])
    elif re.fullmatch(r"test_\w+", text):
        yield text, None if text in project.tests else f"no test {text}"
    elif " " in text or is_path(document, text):
        yield from command(project, document, text)
    elif re.fullmatch(r"/[a-z][\w./-]*", text):
        # In a container or of the HTTP server: what the last part names.
        yield text, None if text.rstrip("/").split("/")[-1] in project.text else f"{text} is nowhere in the sources"
    elif re.fullmatch(r"[A-Za-z][\w.-]{3,}", text):
        # F stands for the release's name.
        known = text.removeprefix("F") in project.text or bool(find(document, text))
        yield text, None if known else f"{text} is nowhere in the sources"


def link(document: Document, target: str) -> Problem:
    name, _, heading = target.partition("#")
    path = (document.path.parent / name).resolve() if name else document.path
    if not path.exists():
        return f"no file {target}"
    if heading and heading not in Document.read(path).anchors:
        return f"no heading {target}"
    return None


def whole(project: Project) -> Iterator[tuple[str, Problem]]:
    """What is checked once."""
    current = (ROOT / "docs/reference/cli.md").read_text() == project.reference
    yield "docs/reference/cli.md is current", None if current else "differs from what `bowline docs` prints"
    rows = (ROOT / "docs/failure-modes.md").read_text()
    end_to_end = set(re.findall(r"^def (test_\w+)", sources("ci/e2e/test_*.py"), re.MULTILINE))
    for test, module in sorted(project.tests.items()):
        if test in end_to_end and module not in ("test_install", "test_sentinel_install"):
            yield f"{test} is in docs/failure-modes.md", None if f"`{test}`" in rows else "no row names it"
    for verb in project.verbs:
        used = f'"{verb.split()[0]}"' in project.text
        yield f"verb {verb} has a source", None if used else "no source names it"
    numbers: set[str] = set()
    for path in sorted((ROOT / "docs/decisions").glob("*.md")):
        number = path.name[:4]
        right = number not in numbers and path.read_text().startswith(f"# {number} ")
        yield f"{path.name} is decision {number}", None if right else "another number in its heading, or a second one"
        numbers.add(number)
    yield from reasons(rows)
    yield from citations()
    yield from interface(ROOT)
    yield from check_alerts(ROOT)


CALL = re.compile(r"\b(Wait|Refuse|RefuseVolume|Undecided|No|Emit)\(")
STRING = r'"((?:[^"\\]|\\.)*)"'


def call_text(text: str, start: int) -> str:
    """From behind the opening bracket to the one that closes it."""
    depth, index = 1, start
    while index < len(text) and depth > 0:
        literal = re.match(STRING, text[index:])
        index += len(literal[0]) if literal else 1
        depth += 0 if literal else {"(": 1, ")": -1}.get(text[index - 1], 0)
    return text[start : index - 1]


def plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())


def reasons(rows: str) -> Iterator[tuple[str, Problem]]:
    """Rule R11: each reason to wait, to refuse or not to be ready, and each Event, has its row."""
    table = plain(rows)
    sources = [path for layer in ("plan", "apply", "cmd") for path in ROOT.glob(f"tools/src/{layer}/**/*.cc")]
    for path in sorted(path for path in sources if not path.stem.endswith("_test")):
        text = re.sub(r'"\s*\n\s*"', "", path.read_text())
        for found in CALL.finditer(text):
            called = call_text(text, found.end())
            if found[1] == "Emit":
                for reason in re.findall(r'"([A-Z][A-Za-z]+)"', called.split(",")[0]):
                    yield f"Event {reason} in docs/failure-modes.md", None if reason in table else "no row names it"
                continue
            parts = [part for literal in re.findall(STRING, called) for part in re.split(r"\{[^}]*\}", literal)]
            words = max((plain(part).strip(" ;:,().") for part in parts), key=len, default="")
            if words:
                what = f"{path.name}: {found[1]}: {words!r} in docs/failure-modes.md"
                yield what, None if words in table else "no row has these words"


def citations() -> Iterator[tuple[str, Problem]]:
    """What the code cites of docs/facts is there."""
    sections: dict[str, set[str]] = {}
    for path in ROOT.glob("docs/facts/*.md"):
        headings = re.findall(r"^##+ ([\w/]+)\.? ", path.read_text(), re.MULTILINE)
        sections[path.name] = {name for heading in headings for name in heading.split("/")}
    for path in git_files("tools/src/*.cc", "tools/src/*.h"):
        text = re.sub(r"\n\s*///?\s*", " ", path.read_text())
        for name, cited in re.findall(r"facts/([\w-]+\.md)((?:,? \d[a-z]?\b)*)", text):
            missing = [part for part in re.findall(r"\d[a-z]?", cited) if part not in sections.get(name, set())]
            problem = f"no section {', '.join(missing)}" if missing else None
            what = f"{path.name} cites facts/{name}{cited}"
            yield what, problem if name in sections else f"no file docs/facts/{name}"
        for bare in re.findall(r"\bfacts \d[a-z]?", text):
            yield f"{path.name} cites {bare}", "name the file: facts/NAME.md"


def checks(project: Project) -> Iterator[tuple[str, Problem]]:
    yield from whole(project)
    for path in git_files("*.md"):
        name = str(path.relative_to(ROOT))
        if name in NOT_CHECKED:
            continue
        document = Document.read(path)
        seen: dict[str, Problem] = {
            f"link {target}": link(document, target) for target in document.links if not re.match("https?:", target)
        }
        for text in document.spans:
            seen.update(span(project, document, text))
        for line in document.commands:
            seen.update(command(project, document, line))
        for what, problem in seen.items():
            yield f"{name}: {what}", problem


def main() -> int:
    verbose = sys.argv[1:] == ["-v"]
    if sys.argv[1:] and not verbose:
        print("usage: check [-v]", file=sys.stderr)
        return 64
    passed = failed = 0
    for what, problem in checks(Project(os.environ["BOWLINE_BIN"])):
        if problem is None:
            passed += 1
            if verbose:
                print(f"passed {what}")
        else:
            failed += 1
            print(f"FAILED {what}: {problem}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
