"""The engines that can be run here: programs of Debian roots in the cache, started with their root's own loader."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from e2e.shell import CACHE


@dataclass(frozen=True)
class Engine:
    name: str
    """redis or valkey"""
    version: str
    """As the label of a test: 8.0"""
    root: Path

    @property
    def label(self) -> str:
        return f"{self.name}-{self.version}"

    def program(self, suffix: str) -> list[str]:
        """The command of <name>-<suffix>: server, cli or benchmark."""
        loader = next(self.root.glob("lib64/ld-linux-*.so.*"))
        libraries = next(self.root.glob("usr/lib/*-linux-gnu"))
        return [str(loader), "--library-path", str(libraries), str(self.root / "usr/bin" / f"{self.name}-{suffix}")]


ENGINES = [
    Engine("redis", "7.0", CACHE / "engines" / "redis-7.0"),
    Engine("redis", "8.0", CACHE / "builder"),
    Engine("redis", "8.6", CACHE / "engines" / "redis-8.6"),
    Engine("valkey", "8.1", CACHE / "builder"),
    Engine("valkey", "9.1", CACHE / "engines" / "valkey-9.1"),
]

NEWEST = [engine for engine in ENGINES if engine.label in ("redis-8.6", "valkey-9.1")]
