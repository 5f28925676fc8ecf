"""File kinds are told by the first bytes of a file, and encodings by the letters that they give."""

BEGINNINGS = (
    (b"%PDF-", "a PDF: take its text out first, as by pdftotext"),
    (b"{\\rtf", "an RTF document: save it as plain text in UTF-8"),
    (b"PK\x03\x04", "a zip archive, as .docx, .xlsx and .odt are: save it as text or CSV"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word or Excel file: save it as text or CSV"),
    (b"BZh91AY&SY", "packed by bzip2: unpack it by bunzip2"),
    (b"\xfd7zXZ\x00", "packed by xz: unpack it by unxz"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it"),
    (b"Rar!\x1a\x07", "a RAR archive: unpack it"),
    (b"SQLite format 3\x00", "a SQLite database: write its texts into JSON lines"),
    (b"PAR1", "Parquet: give it the ending .parquet"),
    (b"\x7fELF", "a program, and no text"),
    (b"\x89PNG\r\n", "a picture: recognise its text first"),
    (b"\xff\xd8\xff", "a picture: recognise its text first"),
)
LONGEST = max(len(beginning) for beginning, _ in BEGINNINGS)  # bytes that tell

ENCODINGS = ("cp1251", "koi8-r", "cp866")  # in which Russian files are found beside UTF-8
FREQUENT = "оеаинтсрвл"  # letters that are more than half of all in Russian texts
LEAST_SHARE = 0.5  # of them among all letters, where a text is taken for Russian; others have less
LEAST_LETTERS = 4  # by which an encoding is told
SMALL_LETTER = 1.1  # counts more than a capital: texts in capitals are rarer than other encodings


def kind_of(head: bytes) -> str:
    """Return what kind of file begins so and how to get its text, or nothing for a text."""
    return next((kind for beginning, kind in BEGINNINGS if head.startswith(beginning)), "")


def encoding_of(data: bytes) -> str:
    """Return in which of the `ENCODINGS` bytes are a Russian text, or nothing."""
    letters = sum(byte > 127 for byte in data)
    if letters < LEAST_LETTERS:
        return ""
    share, encoding = max((_count_frequent(data, name) / letters, name) for name in ENCODINGS)
    return encoding if share > LEAST_SHARE else ""


def _count_frequent(data: bytes, encoding: str) -> float:
    text = data.decode(encoding, "replace")
    small = sum(map(text.count, FREQUENT))
    return small * SMALL_LETTER + sum(map(text.count, FREQUENT.upper()))
