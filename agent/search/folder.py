"""A folder that one process owns, whose content is replaced as a whole.

chroma/lock          held for as long as the folder is open; holds the owner's process id
chroma/current       the name of the content in force
chroma/data-1a2b3c/  the content
"""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from pathlib import Path

from agent.errors import SearchIndexError


class Folder:
    """Locks `path` (made on first use). Raises `SearchIndexError` if another has it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = (path / "lock").open("a+")
        except OSError as error:
            raise SearchIndexError(
                f"{path}: cannot be opened ({error.strerror}): make it a writable folder"
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.seek(0)
            owner = self._lock.read().strip() or "unknown"
            self._lock.close()
            raise SearchIndexError(
                f"{path}: process {owner} has it open: wait for that process, or stop it, "
                "or set chroma_url to share a Chroma server"
            ) from error
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()
        self._sweep()

    @property
    def current(self) -> Path | None:
        """The content in force; None before the first `switch`."""
        try:
            return self.path / (self.path / "current").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def new(self) -> Path:
        """A name for new content. Nothing stands there yet."""
        return self.path / f"data-{uuid.uuid4().hex[:12]}"

    def switch(self, content: Path) -> None:
        """Put new content in force, at once or not at all, and remove what was there before."""
        draft = self.path / "current.new"
        with draft.open("w", encoding="utf-8") as file:
            file.write(content.name)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / "current")
        self._sweep()

    def close(self) -> None:
        """Let another process have the folder."""
        self._lock.close()

    def _sweep(self) -> None:
        """Remove what a switch, or a process that died before one, left behind."""
        current = self.current
        for content in self.path.glob("data-*"):
            if content != current:
                shutil.rmtree(content)
