"""The vocabulary is cut to the pieces that Russian texts need, a tenth of 250,000."""

from collections import Counter
from collections.abc import Iterable, Sequence

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from benchmarks.teacher.packed import Packed

START, PAD, END, UNKNOWN = "<s>", "<pad>", "</s>", "<unk>"  # the first four pieces
SPACE = "▁"  # how a piece writes the space before a word
LINE_END = " | "  # what the net reads for one, so that lists stay lists
HIDDEN = r"[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\ufeff]"
SIGNS = "0123456789.,:;!?-–—«»\"“”„'()[]/\\|№#@%&*+=_<>~^$€₽…"
RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"
LATIN = "abcdefghijklmnopqrstuvwxyz"
LEAST = 4  # times that a piece occurs
WINDOW = 192  # pieces that the teacher reads at once


def tokenizer_of(pieces: Sequence[tuple[str, float]], has_lines: bool = True) -> Tokenizer:
    """Return a tokenizer of pieces with scores; line ends are spaces unless it `has_lines`."""
    tokenizer = Tokenizer(models.Unigram(list(pieces), unk_id=3))
    lines = [normalizers.Replace(Regex(r"\s*\n\s*"), LINE_END)] if has_lines else []
    tokenizer.normalizer = normalizers.Sequence(
        [
            *lines,
            normalizers.NFKC(),
            normalizers.Replace(Regex(HIDDEN), ""),
            normalizers.Replace(Regex(r"\s+"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(SPACE, prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=[(START, 0), (END, 2)]
    )
    return tokenizer


def choose_pieces(packed: Packed, texts: Iterable[str]) -> list[int]:
    """Return the numbers of the pieces to keep: the frequent ones, and each character alone."""
    tokenizer = tokenizer_of([*zip(packed.pieces, packed.scores, strict=True)], has_lines=False)
    counts: Counter[int] = Counter()
    for encoding in tokenizer.encode_batch_fast(list(texts)):
        counts.update(encoding.ids)
    letters = {*SIGNS, *RUSSIAN, *RUSSIAN.upper(), *LATIN, *LATIN.upper()}
    single = letters | {SPACE} | {SPACE + letter for letter in letters}
    return [
        n
        for n, piece in enumerate(packed.pieces)
        if n <= 3 or counts[n] >= LEAST or piece in single
    ]


def wrap(packed: Packed, kept: Sequence[int]) -> PreTrainedTokenizerFast:
    """Return the tokenizer of the kept pieces as transformers loads it."""
    pieces = [(packed.pieces[n], packed.scores[n]) for n in kept]
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer_of(pieces),
        bos_token=START,
        eos_token=END,
        pad_token=PAD,
        unk_token=UNKNOWN,
        cls_token=START,
        sep_token=END,
        model_max_length=WINDOW,
        model_input_names=["input_ids", "attention_mask"],
    )
