"""Public corpora: where they are, under which licence, and how they become documents.

None of them publishes a checksum. A SHA-256 that is known is held to; of the others the first
one seen is kept beside the file, and held to from then on.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from ner_service.corpora import write
from ner_service.corpora.public import converters
from ner_service.corpora.public.download import fetch
from ner_service.errors import CorpusError, MissingExtra

GITHUB = "https://github.com"
RAW = "https://raw.githubusercontent.com"
WIKINEURAL = f"{RAW}/Babelscape/wikineural/60dcc65951581fc572401cf19bd1a3fb95b05d40/data/wikineural"
UNKNOWN_LICENCE = "not known"
TEXT_LICENCES = {  # of unlabelled texts, by file name
    "golunov_meduza": "CC BY 4.0",
    "newstest_ru": "CC BY-SA / CC0",
    "ruattitudes2017": "MIT",
    "tgcontest2020": "Apache-2.0",
}
NEURONER = f"{RAW}/Franck-Dernoncourt/NeuroNER/master/neuroner/data/conll2003/en"


@dataclass(frozen=True, slots=True)
class Source:
    """A public corpus: addresses (and known SHA-256) by file name, and the corpora they hold."""

    name: str
    about: str
    home: str
    licence: str
    files: Mapping[str, str]
    corpora: tuple[str, ...]
    convert: Callable[[Path], Iterator[converters.Split]]
    sha256: Mapping[str, str] = field(default_factory=dict)


OWN = Source(
    name="own_news",
    about="our own: short news of invented events, hard on purpose, never trained on; PER LOC ORG",
    home="ner_service/corpora/data/own_news.bracketed",
    licence="MIT, as the code",
    files={},
    corpora=("own_news",),
    convert=lambda folder: iter(()),
)
SOURCES = {
    source.name: source
    for source in (
        Source(
            name="factru",
            about="factRuEval-2016: Russian news, dev and test; PER LOC ORG as naeval adapts them",
            home=f"{GITHUB}/dialogue-evaluation/factRuEval-2016",
            licence="MIT",
            files={
                "factru.zip": f"{GITHUB}/dialogue-evaluation/factRuEval-2016/archive/dfe96237.zip"
            },
            corpora=("factru_devset", "factru_testset"),
            convert=converters.factru,
        ),
        Source(
            name="ne5",
            about="Collection5: 1000 Russian news articles; PER LOC ORG",
            home="http://www.labinform.ru/pub/named_entities/",
            licence="none stated",
            files={"ne5.zip": "http://www.labinform.ru/pub/named_entities/collection5.zip"},
            corpora=("ne5",),
            convert=converters.ne5,
        ),
        Source(
            name="nerel",
            about="NEREL v1.1: Russian Wikinews; of its 29 nested types the outermost PER LOC ORG",
            home=f"{GITHUB}/nerel-ds/NEREL",
            licence="none stated in the repository",
            files={"nerel.zip": f"{GITHUB}/nerel-ds/NEREL/archive/8f07d3e4.zip"},
            corpora=("nerel_train", "nerel_dev", "nerel_test"),
            convert=converters.nerel,
        ),
        Source(
            name="slavicner",
            about="SlavicNER: web news in six Slavic languages; PER LOC ORG PRO EVT",
            home=f"{GITHUB}/SlavicNLP/SlavicNER",
            licence="none stated in the repository",
            files={"slavicner.zip": f"{GITHUB}/SlavicNLP/SlavicNER/archive/2c72947c.zip"},
            corpora=tuple(f"slavicner_{code}" for code in ("bg", "cs", "pl", "ru", "sl", "uk")),
            convert=converters.slavicner,
        ),
        Source(
            name="wikineural",
            about="WikiNEuRal: Russian Wikipedia, labelled by machine; PER LOC ORG MISC",
            home=f"{GITHUB}/Babelscape/wikineural",
            licence="CC BY-NC-SA 4.0",
            files={
                f"wikineural_ru_{part}.conllu": f"{WIKINEURAL}/ru/{part}.conllu"
                for part in ("train", "val", "test")
            },
            corpora=("wikineural_ru_test", "wikineural_ru_train", "wikineural_ru_val"),
            convert=converters.wikineural,
        ),
        Source(
            name="conll2003",
            about="CoNLL-2003: English Reuters news; PER LOC ORG MISC",
            home="https://www.clips.uantwerpen.be/conll2003/ner/",
            licence="Reuters text, for research use",
            files={
                f"conll2003_en_{name}.txt": f"{NEURONER}/{part}.txt"
                for name, part in (("train", "train"), ("dev", "valid"), ("test", "test"))
            },
            corpora=("conll2003_en_dev", "conll2003_en_test", "conll2003_en_train"),
            convert=converters.conll2003,
        ),
    )
}


def source(name: str) -> Source:
    """The source of that name, or the one that a corpus of that name comes from."""
    for found in (OWN, *SOURCES.values()):
        if name == found.name or name in found.corpora:
            return found
    raise CorpusError(f"corpus {name!r}: not in the catalogue: {', '.join(SOURCES)}")


def licence_of(file_name: str) -> str:
    """Return the licence of a corpus or of texts by the file's name, or `UNKNOWN_LICENCE`."""
    stem = file_name.split(".")[0]
    licences = [source.licence for source in SOURCES.values() if stem.startswith(source.name)]
    return TEXT_LICENCES.get(stem, licences[0] if licences else UNKNOWN_LICENCE)


def download(source: Source, root: Path) -> Iterator[tuple[Path, str]]:
    """Downloads and converts; yields each file with its SHA-256, then each corpus made.

    Files lie in `root/downloads`, corpora in `root/gold`, where their names find them.
    """
    if not source.files:
        raise CorpusError(f"{source.name}: comes with the package, nothing to download")
    folder = root / "downloads" / source.name
    for name, url in source.files.items():
        found = fetch(url, folder / name, source.sha256.get(name))
        yield folder / name, found
    for name, documents in source.convert(_unpacked(folder)):
        path = root / "gold" / f"{name}.jsonl.gz"
        write(path, tqdm(documents, desc=name, unit="doc", leave=False, disable=None))
        yield path, ""


def _unpacked(folder: Path) -> Path:
    """The folder with every archive in it unpacked."""
    try:
        import pooch
    except ImportError as error:
        raise MissingExtra(f"downloading ({error})", "bench") from error
    for archive in folder.glob("*.zip"):
        pooch.Unzip(extract_dir=f"{archive.name}.unzip")(str(archive), "fetch", None)
    return folder
