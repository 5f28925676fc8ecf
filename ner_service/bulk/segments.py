"""Segments are kept on disk until their file is complete, so that a run can be ended any time.

A segment's name says which chunk, of which job, it answers: the number, and the SHA-256 of all
that its bytes depend on. So a run that goes on takes what fits, and nothing that does not. A
checksum tells a segment that a power cut left half, so none has to wait for the disk.
"""

import hashlib
import os
import shutil
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from zlib import crc32

import orjson

from ner_service.bulk.chunk import Chunk, Counts, Segment

NEW = ".new"  # ends the name of a file that is being written
LENGTH_BYTES = 8  # of the length of the counts, in front of them


@dataclass(frozen=True, slots=True)
class SegmentFolder:
    """A segment folder has the segments of one file; `key` is the digest of the job."""

    path: Path
    key: str

    def get(self, chunk: Chunk) -> Segment | None:
        """Return the segment of a chunk if it is there, whole."""
        try:
            data = self._place(chunk).read_bytes()
        except OSError:
            return None
        length = int.from_bytes(data[:LENGTH_BYTES], "big")
        end = LENGTH_BYTES + length
        with suppress(orjson.JSONDecodeError, TypeError, ValueError):
            checksum, texts, chars, entities = orjson.loads(data[LENGTH_BYTES:end])
            if checksum == crc32(data[end:]):
                return Segment(data[end:], Counts(texts, chars, entities))
        return None

    def put(self, chunk: Chunk, segment: Segment) -> None:
        """Keep the segment of a chunk."""
        head = orjson.dumps([crc32(segment.data), *astuple(segment.counts)])
        place = self._place(chunk)
        place.parent.mkdir(parents=True, exist_ok=True)
        new = place.with_name(place.name + NEW)
        new.write_bytes(len(head).to_bytes(LENGTH_BYTES, "big") + head + segment.data)
        new.replace(place)

    def remove(self) -> None:
        """Remove all segments."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _place(self, chunk: Chunk) -> Path:
        hash = hashlib.sha256(f"{self.key} {chunk.number} {chunk.first} ".encode())
        hash.update(chunk.payload)
        return self.path / f"{chunk.number:08}-{hash.hexdigest()[:32]}"


def sync(path: Path) -> None:
    """Have what was written to a file, or a name in a folder, outlast a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
