"""The words of the code: names are verbs or nouns, and docstrings make sense in an index."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = [
    path
    for folder in ("ner_service", "benchmarks", "docs/generate")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef

BARE_PARTICIPLES = re.compile(
    r"added|asked|brief|built|changed|checked|chosen|counted|drawn|fetched|fitted|"
    r"fixed|found|given|gone|grown|guarded|harmonised|here|joined|judged|kept|"
    r"known|laid|left|listed|loaded|made|mapped|marked|measured|mended|met|moved|"
    r"named|odd|parted|placed|prepared|proven|said|seen|sent|shifted|shown|shows|"
    r"spelled|spoilt|sure|taken|timed|told|tried|used|wanted|without|worked|written"
)
NEEDS_ITS_CONTEXT = re.compile(
    r"(That|Those|These|This one|What|One|How|Where|So many|As|It|Whether|Who|Such|Same|Its|Their)\b"
)
NOUN_FIRST = re.compile(r"(The|A|An|Some|All|Every|Each|Both|Of|From|Our|No|Two|Several|More)\b")
FINITE_VERB = re.compile(
    r"\b(is|are|was|were|has|have|had|does|do|did|can|cannot|could|may|must|will|would|"
    r"answers?|asks?|becomes?|begins?|belongs?|calls?|carr(y|ies)|comes?|compares?|computes?|"
    r"contains?|costs?|counts?|cuts?|describes?|ends?|finds?|fits?|follows?|gets?|gives?|goes|"
    r"holds?|keeps?|knows?|leaves?|lets?|lists?|loads?|looks?|makes?|maps?|means?|measures?|names?|"
    r"needs?|opens?|owns?|parses?|raises?|reads?|receives?|returns?|runs?|says?|serves?|shows?|"
    r"speaks?|stands?|starts?|stays?|stops?|tags?|takes?|tells?|turns?|uses?|waits?|works?|writes?)\b"
)


OWN_BASES = {"Protocol", "NamedTuple", "Generic", "BaseModel", "BaseSettings", "StrEnum"}


@dataclass(frozen=True)
class Definition:
    """A module, class or function, and where it stands; `cls` is the class of a method."""

    place: str
    name: str
    node: ast.Module | Named
    cls: ast.ClassDef | None = None

    @property
    def docstring(self) -> str:
        """Return the first line of the docstring, or nothing."""
        return (ast.get_docstring(self.node) or "").partition("\n")[0]

    @property
    def must_explain_itself(self) -> bool:
        """Return whether the name is public, and no class above the method explains it already."""
        if self.name.startswith("_"):
            return False
        bases = (
            {ast.unparse(base).partition("[")[0] for base in self.cls.bases} if self.cls else set()
        )
        return not self.cls or not (bases - OWN_BASES or self.name in PROMISED)


def definitions(path: Path) -> Iterator[Definition]:
    """Yield a module and all that it defines, functions within functions left out."""
    place = path.relative_to(ROOT).as_posix()
    module = ast.parse(path.read_text(encoding="utf-8"))
    yield Definition(place, path.stem.strip("_"), module)
    for node in module.body:
        if isinstance(node, Named):
            yield Definition(f"{place}:{node.lineno}", node.name, node)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for inner in node.body:
                if isinstance(inner, Named):
                    yield Definition(f"{place}:{inner.lineno}", inner.name, inner, node)


ALL = [definition for path in MODULES for definition in definitions(path)]
PROMISED = {definition.name for definition in ALL if definition.cls and definition.docstring}


def test_names_and_docstrings_are_understood_alone() -> None:
    faults = [fault for definition in ALL for fault in faults_of(definition)]
    assert not faults, "\n".join(["", *faults])


def faults_of(definition: Definition) -> Iterator[str]:
    """Yield what CONTRIBUTING.md, "Words", forbids in a name and in a docstring's first line."""
    where, line = f"{definition.place} {definition.name}", definition.docstring
    function = isinstance(definition.node, FUNCTIONS)
    if function and BARE_PARTICIPLES.fullmatch(definition.name.strip("_")):
        yield f"{where}: name the function by a verb, or by a noun for what it returns"
    if not line:
        if definition.must_explain_itself:
            yield f"{where}: has no docstring; write one sentence"
        return
    if NEEDS_ITS_CONTEXT.match(line):
        yield f"{where}: begins with a word that needs its context: {line}"
    if not line.endswith((".", ":", "?", "`")):
        yield f"{where}: its first line is no whole sentence: {line}"
    if function and NOUN_FIRST.match(line) and not FINITE_VERB.search(line.lower()):
        yield f"{where}: its first line has no verb: {line}"


def test_a_fragment_is_told_from_a_sentence() -> None:
    source = 'def told():\n    """The best of a few."""\ndef pick():\n    """Return the best."""'
    told, pick = ast.parse(source).body
    assert isinstance(told, FUNCTIONS)
    assert isinstance(pick, FUNCTIONS)
    assert len(list(faults_of(Definition("a.py", "told", told)))) == 2
    assert list(faults_of(Definition("a.py", "pick", pick))) == []
