"""Files of text may be packed, must be UTF-8, and are written whole or not at all."""

import errno
import gzip
import io
import os
import secrets
import shutil
import stat
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO

from ner_service.errors import ConfigError, CorpusError, MissingExtra
from ner_service.file_kinds import LONGEST, encoding_of, kind_of

BOM = "\ufeff"  # what some editors begin a file with; it is no part of the text
GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
PACKED_ENDINGS = (".gz", ".zst")
LONGEST_LINE = 1 << 26  # bytes, 64 MiB: the memory that one line may take is bounded
UNPACKED_BYTES = 65_536  # at a time
MOST_LOOKED_AT = 100_000  # bytes by which an encoding is told
FREE_BYTES = 64_000_000  # that any gzip file may unpack to
MOST_RATIO = 100  # beyond; texts pack to a twentieth at best, a bomb to a thousandth


class DamagedFile(Exception):
    """The packed data of a file are damaged or cut short."""


class Counter:
    """A file that is read, and how many bytes of it were; a pipe could not tell."""

    closed = False  # pyarrow asks

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.size = file, 0

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        part = self._file.read(size)
        self.size += len(part)
        return part

    def close(self) -> None:
        """Do nothing: whoever opened the file closes it; pyarrow asks."""


class Unpacked(io.RawIOBase):
    """A packed file is read as what it unpacks to; beyond all bounds it raises `CorpusError`.

    `packed_size` is the number of packed bytes that were read.
    """

    def __init__(self, path: Path, packed: IO[bytes], magic: bytes) -> None:
        self._path, self._packed = path, Counter(packed)
        self._plain: Any = (
            _zstd_reader(path, self._packed)
            if magic == ZSTD_MAGIC
            else gzip.GzipFile(fileobj=self._packed)  # type: ignore[call-overload]
        )
        self._name = "zstd" if magic == ZSTD_MAGIC else "gzip"
        self._size = 0

    @property
    def packed_size(self) -> int:
        """Return the number of packed bytes that were read so far."""
        return self._packed.size

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Unpack as much as the buffer holds; raise `DamagedFile` where the data are damaged."""
        try:
            part = self._plain.read(len(buffer))
        except (EOFError, zlib.error, OSError) as error:  # pyarrow, too, raises a bare OSError
            if getattr(error, "errno", None):
                raise
            raise DamagedFile(f"the {self._name} data is damaged or cut short") from None
        self._size += len(part)
        if self._size > FREE_BYTES + MOST_RATIO * self._packed.size:
            tool = "unzstd" if self._name == "zstd" else "gunzip"
            raise _too_large(self._path, f"if you trust it, unpack it by {tool} first")
        buffer[: len(part)] = part
        return len(part)


def _zstd_reader(path: Path, packed: Counter) -> Any:
    """Return a reader of zstd data; raises `MissingExtra` without pyarrow, which has one."""
    try:
        import pyarrow
    except ImportError as error:
        raise MissingExtra(f"{path}: zstd data ({error})", "parquet") from error
    return pyarrow.CompressedInputStream(pyarrow.PythonFile(packed, "r"), "zstd")


def check_ratio(path: Path, packed: int, unpacked: int) -> None:
    """Raise `CorpusError` where a file of so many packed bytes holds too many unpacked ones."""
    if unpacked > FREE_BYTES + MOST_RATIO * packed:
        raise _too_large(path, "save it in several files")


def _too_large(path: Path, mend: str) -> CorpusError:
    return CorpusError(f"{path}: unpacks to more than {MOST_RATIO} times its size: {mend}")


@contextmanager
def open_source(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to read, unpacked if gzip or zstd packed it; raise `CorpusError` for a device.

    A pipe is read like a file: shells pass one for `<(command)`.
    """
    with path.open("rb") as raw:
        if is_device(os.fstat(raw.fileno()).st_mode) and not raw.isatty():
            raise CorpusError(f"{path}: is a device, not a file")
        head = raw.peek(LONGEST)[:LONGEST]
        if kind := kind_of(head):
            raise CorpusError(f"{path}: is {kind}")
        magic = next((m for m in (GZIP_MAGIC, ZSTD_MAGIC) if head.startswith(m)), None)
        if magic:
            yield io.BufferedReader(Unpacked(path, raw, magic), UNPACKED_BYTES)
        else:
            yield raw


def position(source: IO[bytes]) -> int:
    """Return how many bytes of its file an opened source has read, packed ones if it is packed."""
    raw = getattr(source, "raw", None)
    return raw.packed_size if isinstance(raw, Unpacked) else source.tell()


def is_device(mode: int) -> bool:
    """Return whether the mode is that of a device, which may have no end."""
    return stat.S_ISCHR(mode) or stat.S_ISBLK(mode)


def read_regular(path: Path) -> bytes:
    """Return a whole file, as `open_regular` opens it."""
    with open_regular(path) as file:
        return file.read()


@contextmanager
def open_regular(path: Path) -> Iterator[BinaryIO]:
    """Open a file that is neither pipe nor device, without waiting for anybody.

    Raises `OSError` where it is one.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "is a folder, a pipe or a device, not a file")
        yield file


def folder_open_to_others(path: Path) -> Path | None:
    """Return the folder, of a path and all around it, in which other users may exchange files.

    The users are this one, root, and the owner of this program. In a folder with a sticky bit,
    such as `/tmp`, others cannot touch what a user has put there.
    """
    if os.name != "posix":
        return None
    place = path.resolve()
    for folder in (place, *place.parents):
        state = folder.stat()
        sticky = state.st_mode & stat.S_ISVTX and folder != place
        if state.st_uid not in (0, os.geteuid(), Path(__file__).stat().st_uid):
            return folder
        if state.st_mode & stat.S_IWOTH and not sticky:
            return folder
        if state.st_mode & stat.S_IWGRP and not sticky and not _is_private(state.st_gid):
            return folder
    return None


def _is_private(group: int) -> bool:
    """Return whether a group has this user or root alone, as Linux makes one for each user."""
    import grp  # Windows has neither
    import pwd

    try:
        user = pwd.getpwuid(os.geteuid())
        return group == 0 or (group == user.pw_gid and grp.getgrgid(group).gr_name == user.pw_name)
    except KeyError:  # a number without a name, as in a container
        return group == os.geteuid()


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield numbered lines without their line feeds; raises `CorpusError` naming file and line."""
    number = 0
    try:
        with open_source(path) as plain:
            for number, line in lines_of(plain, path):
                yield number, line
    except DamagedFile as error:
        raise CorpusError(f"{path}:{number + 1}: {error}") from None
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from None


def lines_of(plain: IO[bytes], path: Path) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of an opened file as `read_lines` does; `path` names it in errors.

    A longer line than `LONGEST_LINE` raises `CorpusError`.
    """
    for number, line in enumerate(iter(lambda: plain.readline(LONGEST_LINE + 1), b""), 1):
        check_length(line, f"{path}:{number}")
        text = decode(line, f"{path}:{number}").removesuffix("\n")
        yield number, text if number > 1 else text.removeprefix(BOM)


def check_length(line: bytes, place: str) -> None:
    """Raise `CorpusError` where a line is too long."""
    if len(line) > LONGEST_LINE:
        raise CorpusError(
            f"{place}: the line is longer than {LONGEST_LINE >> 20} MiB: split it into several"
        )


def decode(data: bytes, place: str) -> str:
    """Return bytes as text; raises `CorpusError` from `place` where they are not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise CorpusError(f"{place}: {_not_utf8(error)}") from None


def read_head(path: Path, size: int = 4096) -> str:
    """Return about as many first bytes of a file as text, whatever they are; may be less."""
    try:
        with open_source(path) as plain:
            return plain.read(size).decode(errors="replace")
    except (DamagedFile, OSError, CorpusError, MissingExtra):
        return ""  # whoever reads the file says what is wrong with it


def read_text(path: Path) -> str:
    """Return a whole file with its line ends as they are; raises `CorpusError`."""
    return decode(read_bytes(path), str(path))


def _not_utf8(error: UnicodeDecodeError) -> str:
    """Return what is wrong with bytes that are no UTF-8, and how to mend it."""
    mend = "save it as UTF-8"
    if error.object.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return f"not UTF-8 at byte {error.start}; it is UTF-16: {mend}"
    if encoding := encoding_of(error.object[:MOST_LOOKED_AT]):
        mend += f"; it looks like {encoding}, which `iconv -f {encoding} -t utf-8` converts"
    return f"not UTF-8 at byte {error.start}: {mend}"


def read_bytes(path: Path) -> bytes:
    """Return a whole file, unpacked if gzip or zstd packed it; raises `CorpusError`."""
    try:
        with open_source(path) as plain:
            return plain.read()
    except DamagedFile as error:
        raise CorpusError(f"{path}: {error}") from None
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from None


def user_path(name: str) -> Path:
    """Return the path of a name in which a `~` may be a user's folder, if there is such a user."""
    return Path(os.path.expanduser(name))  # Path's own method raises where there is none


def public_path(path: str) -> str:
    """Return a relative path as it is, and another one by its last name alone."""
    written = Path(path)
    is_inside = not user_path(path).is_absolute() and ".." not in written.parts
    return path if is_inside else written.name


def packing_of(path: Path) -> str:
    """Return the ending of a packed file in small letters, or nothing."""
    ending = path.suffix.lower()
    return ending if ending in PACKED_ENDINGS else ""


def unpacked_name(name: str) -> str:
    """Return the name of a file without the ending of its packing, if it has one."""
    return name[: len(name) - len(packing_of(Path(name)))]


def readable_name(path: Path) -> str:
    """Return a path as valid Unicode, which the bytes of a name need not be."""
    return os.fsencode(path).decode(errors="replace")


def check_folder(folder: Path) -> None:
    """Raise `ConfigError` where no file can be written into a folder, before long work begins.

    The folder need not be there yet; the one in which it would be made is looked at then.
    """
    place = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not place.is_dir():
        what = "is a file" if place == folder else f"{place} is a file"
        raise ConfigError(f"{folder}: {what}: name another folder")
    if not os.access(place, os.W_OK | os.X_OK):
        raise ConfigError(f"{folder}: {place} cannot be written to: name another folder")


def write_text(path: Path, parts: Iterable[str]) -> None:
    """Write a file as `atomic_file` does, part by part."""
    with atomic_file(path) as file:
        for part in parts:
            file.write(part.encode())


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to write that takes its name only once it is complete; packed for `.gz`, `.zst`.

    A link stays a link, and a pipe or a device is written to as it is. Raises `CorpusError`.
    """
    if path.is_dir():
        raise CorpusError(f"{path}: is a folder: name a file")
    if path.exists() and not path.is_file():
        with _naming(path), path.open("wb") as raw:
            yield raw
        return
    with _replacing(path) as temporary, temporary.open("xb") as raw:
        if packing_of(path) == ".gz":  # without the temporary name and the time, which would differ
            with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
                yield packed  # type: ignore[misc]
        elif packing_of(path) == ".zst":
            with _zstd_writer(path, raw) as packed:
                yield packed
        else:
            yield raw


def _zstd_writer(path: Path, raw: IO[bytes]) -> Any:
    """Return a writer of zstd data; raises `MissingExtra` without pyarrow."""
    try:
        import pyarrow
    except ImportError as error:
        raise MissingExtra(f"{path}: zstd data ({error})", "parquet") from error
    return pyarrow.CompressedOutputStream(raw, "zstd")


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Open a folder to fill that takes its name only once it is complete."""
    with _replacing(path) as temporary:
        temporary.mkdir()
        yield temporary


@contextmanager
def hold(path: Path, lock: Path | None = None) -> Iterator[None]:
    """Keep other runs from writing at a path; raises `ConfigError` where one does.

    The file `lock`, else a hidden one beside the path, is locked meanwhile. The system gives the
    lock back when the process ends, however it ends; children of the process do not have it.
    """
    lock = lock or path.with_name(f".{path.name}.lock")
    while True:
        with _naming(path):
            file = lock.open("w")
        with file:
            if not _lock(file):
                raise ConfigError(
                    f"{path}: another run writes there: wait for its end, or name another place"
                )
            if not _is_at(file, lock):  # another run has ended meanwhile, and removed it
                continue
            try:
                yield
            finally:
                lock.unlink(missing_ok=True)
            return


@contextmanager
def take_turns(lock: Path) -> Iterator[None]:
    """Let processes through one after another; where the file cannot be locked, all at once."""
    with ExitStack() as stack:
        with suppress(OSError):  # somebody else's file, or a full disk
            _lock(stack.enter_context(lock.open("a")), wait=True)
        yield


def _lock(file: IO[Any], wait: bool = False) -> bool:
    """Lock an opened file, and return whether no other process has locked it.

    A disk that knows no locks says nothing of others, and locks nothing.
    """
    import fcntl  # which Windows lacks

    try:
        fcntl.lockf(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN)  # as the system chooses
    return True


def _is_at(file: IO[Any], path: Path) -> bool:
    """Return whether an opened file still stands at a path."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Return the name of a file or folder that takes the place of `path` when it is complete."""
    place = path.resolve()
    temporary = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    with _naming(path):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            temporary.replace(place)
        finally:
            if temporary.is_dir():
                shutil.rmtree(temporary, ignore_errors=True)
            else:
                temporary.unlink(missing_ok=True)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Turn errors of the disk into `CorpusError`, which names the file."""
    try:
        yield
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from None
