"""Facts on the disk until they are delivered: each process appends to segments of its own.

A segment is locked by the process that owns it. When that process is killed its lock goes, and
whoever looks next takes the segment over and delivers what is in it, perhaps once more: facts have
ids, so that this does no harm. One thread uses a spool.
"""

import fcntl
import os
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shoal.kit.ids import uuid7

_SEGMENT_BYTES = 4_000_000
_CHUNK_BYTES = 256_000


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened: a body of one line, known by its id."""

    id: str
    body: bytes


@dataclass(slots=True)
class _Segment:
    path: Path
    file: int
    size: int
    read: int = 0

    @property
    def left(self) -> int:
        return self.size - self.read


class Spool:
    """The facts of one process that are not delivered yet, the oldest first.

    All spools of `folder` together hold `limit` bytes; what comes beyond that is not kept.
    """

    def __init__(self, folder: Path, *, limit: int) -> None:
        self.folder, self.limit = folder, limit
        self._segments: deque[_Segment] = deque()
        self._own: _Segment | None = None
        self._begun = 0

    @property
    def waiting(self) -> bool:
        """Whether anything is left to deliver."""
        return any(segment.left for segment in self._segments)

    def append(self, facts: Sequence[Fact]) -> bool:
        """This will put facts on the disk; False when it is full, and then none of them is."""
        data = b"".join(b"%s %s\n" % (fact.id.encode(), fact.body) for fact in facts)
        try:
            if waiting_bytes(self.folder) + len(data) > self.limit:
                return False
            segment = self._open()
            written = os.write(segment.file, data)
            if written < len(data):
                os.ftruncate(segment.file, segment.size)
                return False
        except OSError:
            return False
        segment.size += len(data)
        return True

    def head(self, most: int) -> list[Fact]:
        """This will return the oldest facts, `most` at most; they stay until `done`."""
        while self._segments and not self._segments[0].left:
            if self._segments[0] is self._own:
                return []
            self._remove(self._segments.popleft())
        if not self._segments:
            return []
        first = self._segments[0]
        chunk = os.pread(first.file, min(first.left, _CHUNK_BYTES), first.read)
        if b"\n" not in chunk:  # one long line
            chunk = os.pread(first.file, first.left, first.read)
        lines = chunk.split(b"\n")[:-1][:most]
        if not lines:
            first.read = first.size  # a torn end: its writer was killed amid the line
            return self.head(most)
        self._begun = sum(len(line) + 1 for line in lines)
        return [_fact(line) for line in lines]

    def done(self) -> None:
        """This will forget what `head` returned last: somebody else has it now."""
        first = self._segments[0]
        first.read += self._begun
        self._begun = 0
        if first is self._own and not first.left:
            os.ftruncate(first.file, 0)
            first.size = first.read = 0

    def adopt(self) -> int:
        """This will take over the segments whose owners died; returns how many."""
        own = {segment.path for segment in self._segments}
        found = [path for path in _segments_in(self.folder) if path not in own]
        taken = [segment for path in found if (segment := _take(path)) is not None]
        self._segments.extendleft(reversed(taken))
        return len(taken)

    def close(self) -> None:
        """This will let go of everything: what is left waits for the next to adopt it."""
        for segment in self._segments:
            if segment.left:
                os.close(segment.file)
            else:
                self._remove(segment)
        self._segments.clear()
        self._own = None

    def _open(self) -> _Segment:
        if self._own is not None and self._own.size < _SEGMENT_BYTES:
            return self._own
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f"{uuid7()}.facts"
        made = path.with_suffix(".new")
        file = os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        made.rename(path)  # only now: whoever finds one that nobody holds takes it for left behind
        self._own = _Segment(path, file, 0)
        self._segments.append(self._own)
        return self._own

    def _remove(self, segment: _Segment) -> None:
        segment.path.unlink(missing_ok=True)
        os.close(segment.file)


def waiting_bytes(folder: Path) -> int:
    """This will return how much waits in all spools of a folder."""
    return sum(_size(path) for path in _segments_in(folder))


def _segments_in(folder: Path) -> Iterable[Path]:
    return sorted(folder.glob("*.facts"))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _take(path: Path) -> _Segment | None:
    try:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        state = os.fstat(file)
    except OSError:
        os.close(file)
        return None
    if not state.st_nlink:  # its owner was done with it just now
        os.close(file)
        return None
    return _Segment(path, file, state.st_size)


def _fact(line: bytes) -> Fact:
    name, _, body = line.partition(b" ")
    return Fact(name.decode(errors="replace"), body)
