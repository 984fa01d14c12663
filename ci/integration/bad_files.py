"""Copies of a nodes.conf that no member may start from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

NODE_ID = re.compile(r"\b[0-9a-f]{40}\b")


def empty(_: bytes) -> bytes:
    return b""


def cut(good: bytes) -> bytes:
    """Ends within the second line, as after a full disk."""
    return good[: good.index(b"\n") + 60]


def binary(_: bytes) -> bytes:
    return hashlib.sha512(b"bowline").digest() * 40


def foreign(good: bytes) -> bytes:
    """Of another release: every node id is another."""
    text = NODE_ID.sub(lambda found: hashlib.sha1(found.group().encode()).hexdigest(), good.decode())
    return text.encode()


def overlapping(good: bytes) -> bytes:
    """A second primary claims a part of the first one's slots."""
    lines = good.decode().splitlines(keepends=True)
    owners = [i for i, line in enumerate(lines) if re.search(r" (?:dis)?connected \d+-\d+$", line.rstrip())]
    first = re.search(r" (\d+)-\d+$", lines[owners[0]].rstrip())
    assert first is not None
    lines[owners[1]] = f"{lines[owners[1]].rstrip()} {first.group(1)}\n"
    return "".join(lines).encode()


def mutual(good: bytes) -> bytes:
    """A replica and its primary as replicas of each other; not refused: engines save it just after a failover."""
    rows = [line.split(" ") for line in good.decode().splitlines()]
    myself = next(row for row in rows if len(row) > 2 and "myself" in row[2])
    primary = next(row for row in rows if row[0] == myself[3])
    primary[2] = primary[2].replace("master", "slave")
    primary[3] = myself[0]
    del primary[8:]
    return "".join(" ".join(row) + "\n" for row in rows).encode()


BAD_FILES: dict[str, Callable[[bytes], bytes]] = {
    "empty": empty,
    "cut": cut,
    "binary": binary,
    "foreign": foreign,
    "overlapping": overlapping,
}
