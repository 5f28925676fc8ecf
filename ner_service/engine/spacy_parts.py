"""The parts of a spaCy pipeline that the engine computes, read from its config and its model.

The config says which architectures a pipeline is made of; where all are known, the weights are
taken from the model by the order of its layers.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ner_service.engine import kernels
from ner_service.engine.kernels import Floats
from ner_service.engine.layers import array

HASHED_CNN = "HashEmbedCNN"  # the short name of the two parts of a `Tok2Vec`
LISTENER = "Tok2VecListener"
ENCODERS = ("MaxoutWindowEncoder", "MishWindowEncoder")
FLAGS = 64  # attributes with smaller numbers are flags of a word
# attributes of words that nets may read, beside flags; all others are of a token in its text
LEXICAL = ("ORTH", "LOWER", "NORM", "PREFIX", "SUFFIX", "SHAPE", "LENGTH", "LANG", "SPACY")
# pipes that write no entities, nor anything that the recogniser reads
IDLE = ("textcat", "textcat_multilabel", "spancat", "spancat_singlelabel", "span_finder")


class NotServed(Exception):
    """A pipeline has a part that the engine does not compute; the message names it."""


@dataclass(frozen=True, slots=True)
class Maxout:
    """A maxout layer with layer norm, or mish where it has no pieces; columns piece by piece."""

    panels: Floats
    bias: Floats
    gain: Floats
    shift: Floats
    pieces: int
    inner: int

    @property
    def size(self) -> int:
        """Return the number of columns that come out."""
        return len(self.gain)

    @property
    def weights(self) -> tuple[Floats, Floats, Floats, Floats, int]:
        """Return what `kernels.maxout_layer` takes between input and output."""
        return self.panels, self.bias, self.gain, self.shift, self.pieces

    @classmethod
    def of(cls, dense: Any, norm: Any) -> "Maxout":
        """Read the layers `maxout` (or `mish`) and `layernorm` of a model."""
        weight, bias = _param(dense, "W"), _param(dense, "b")
        pieces = weight.shape[1] if weight.ndim == 3 else 0
        inner = weight.shape[-1]
        if pieces:  # size x pieces x inner
            weight, bias = weight.transpose(1, 0, 2).reshape(-1, inner), bias.T.reshape(-1)
        padded = np.zeros(kernels.padded_columns(len(bias)), dtype=np.float32)
        padded[: len(bias)] = bias
        norms = _param(norm, "G"), _param(norm, "b")
        return cls(kernels.pack(weight.T), padded, *norms, pieces, inner)


@dataclass(frozen=True, slots=True)
class SpacyParts:
    """The weights of a pipeline, as the engine takes them.

    A model's `attributes` have tables, rows x size, with the seeds of their hashes. Its layers
    read `window` rows to either side, and `pad` rows around a text, which change from layer to
    layer as the text's own rows do; where there are none, zeros surround a text in every layer.
    `lower` is places x hidden x pieces x inner, `upper` classes x hidden, if there is one.
    """

    attributes: Sequence[int]
    hash_ids: Callable[[NDArray[np.uint64], int], NDArray[np.uint32]]  # by a seed: ids x hashes
    seeds: Sequence[int]
    tables: Sequence[Floats]
    static: Floats | None
    mix: Maxout
    layers: Sequence[Maxout]
    window: int
    pad: int
    linear: tuple[Floats, Floats]
    lower: tuple[Floats, Floats, Floats]  # weight, bias, what stands for an absent token
    upper: tuple[Floats, Floats] | None
    unseen: Sequence[int]
    moves: Sequence[str]
    reads_spaces: bool  # whether an attribute says if a space follows a word


def read_parts(nlp: Any) -> SpacyParts:
    """Read the weights of a pipeline; raise `NotServed` where it has a part of another kind."""
    ner, tok2vec = find_models(nlp)
    nodes, parser = _nodes(tok2vec), _nodes(ner.model)
    mix, *layers = map(Maxout.of, nodes["maxout"] + nodes["mish"], nodes["layernorm"])
    linear, *upper = parser["linear"][-2 if ner.model.attrs["has_upper"] else -1 :]
    lower = ner.model.get_ref("lower")
    attributes = [*map(_number, nodes["extract_features"][0].attrs["columns"])]
    return SpacyParts(
        attributes=attributes,
        hash_ids=nodes["hashembed"][0].ops.hash,
        seeds=[node.attrs["seed"] for node in nodes["hashembed"]],
        tables=[_param(node, "E") for node in nodes["hashembed"]],
        static=next((_param(node, "W") for node in nodes["static_vectors"]), None),
        mix=mix,
        layers=layers,
        window=nodes["expand_window"][0].attrs["window_size"],
        pad=max(node.attrs["pad"] for node in tok2vec.walk() if "pad" in node.attrs),
        linear=(_param(linear, "W"), _param(linear, "b")),
        lower=(_param(lower, "W"), _param(lower, "b"), _param(lower, "pad")[0]),
        upper=next(((_param(node, "W"), _param(node, "b")) for node in upper), None),
        unseen=sorted(ner.model.attrs["unseen_classes"]),
        moves=[ner.moves.get_class_name(n) for n in range(ner.moves.n_moves)],
        reads_spaces=_number("SPACY") in attributes,
    )


def find_models(nlp: Any) -> tuple[Any, Any]:
    """Return the recogniser, and the model of the tok2vec that it reads.

    Raise `NotServed` where the pipeline has a part that is not known to be computed as spaCy does.
    """
    from spacy.tokenizer import Tokenizer

    if type(nlp.tokenizer) is not Tokenizer:
        raise NotServed(f"its tokenizer is {type(nlp.tokenizer).__name__}")
    factories = {name: nlp.get_pipe_meta(name).factory for name in nlp.pipe_names}
    names = [name for name, factory in factories.items() if factory == "ner"]
    for name, factory in factories.items():
        if factory not in ("ner", "tok2vec", *IDLE):
            raise NotServed(f"it has a pipe {name} ({factory})")
    if len(names) != 1:
        raise NotServed(f"it has {len(names)} pipes of the factory ner")
    config = nlp.get_pipe_config(names[0])["model"]
    _check(config, "TransitionBasedParser")
    if config["state_type"] != "ner":
        raise NotServed(f"its ner has the state type {config['state_type']}")
    model = nlp.get_pipe(names[0]).model.get_ref("tok2vec")
    if _short_name(config["tok2vec"]) == LISTENER:
        before = nlp.pipe_names[: nlp.pipe_names.index(names[0])]
        upstream = [name for name in before if factories[name] == "tok2vec"]
        if config["tok2vec"]["upstream"] not in ("*", *upstream) or len(upstream) != 1:
            raise NotServed(f"its ner listens to one of {len(upstream)} tok2vec pipes")
        config = nlp.get_pipe_config(upstream[0])
        model = nlp.get_pipe(upstream[0]).model
    _check_tok2vec(config["model"] if "model" in config else config["tok2vec"], nlp.vocab.vectors)
    return nlp.get_pipe(names[0]), model


def _check_tok2vec(config: Mapping[str, Any], vectors: Any) -> None:
    """Raise `NotServed` where a tok2vec has a part of another kind."""
    _check(config, "Tok2Vec", HASHED_CNN)
    embed = config.get("embed", config)
    if embed is not config:
        _check(embed, "MultiHashEmbed")
        _check(config["encode"], *ENCODERS)
        for name in map(_number, embed["attrs"]):
            if name >= FLAGS and name not in map(_number, LEXICAL):
                raise NotServed(f"its tok2vec reads the attribute {_name(name)}")
    if config.get("encode", config)["depth"] < 1:
        raise NotServed("its tok2vec has no layers")
    if embed.get("include_static_vectors") or embed.get("pretrained_vectors"):
        _check_vectors(vectors, embed["@architectures"])


def _check_vectors(vectors: Any, architecture: str) -> None:
    """Raise `NotServed` where static vectors are not found as the engine finds them."""
    from spacy.symbols import ORTH
    from spacy.vectors import Mode, Vectors

    if type(vectors) is not Vectors:
        raise NotServed(f"its vectors are {type(vectors).__name__}")
    if architecture.endswith(".v1"):
        raise NotServed(f"its tok2vec is {architecture} with static vectors")
    if vectors.mode == Mode.floret and vectors.attr != ORTH:
        raise NotServed(f"its floret vectors are those of the attribute {_name(vectors.attr)}")


def _check(config: Mapping[str, Any], *known: str) -> None:
    """Raise `NotServed` where an architecture is none of the known ones."""
    if _short_name(config) not in known:
        raise NotServed(f"it has the architecture {config['@architectures']}")


def _short_name(config: Mapping[str, Any]) -> str:
    """Return the name of spaCy's architecture without its version, of those that are known."""
    name: str = config["@architectures"]
    match = re.fullmatch(r"spacy(?:-legacy)?\.(\w+)\.v[12]", name)
    return match[1] if match else name


def _nodes(model: Any) -> Mapping[str, list[Any]]:
    """Return the layers of a model by their names, in the order of the model."""
    nodes: dict[str, list[Any]] = defaultdict(list)
    for node in model.walk(order="dfs_pre"):
        nodes[node.name].append(node)
    return nodes


def _param(node: Any, name: str) -> Floats:
    """Return the weights of a layer by their name."""
    return array(node.ops.to_numpy(node.get_param(name)))


def _number(attribute: object) -> int:
    """Return the number of an attribute."""
    from spacy.attrs import intify_attr

    number: int = intify_attr(attribute)
    return number


def _name(attribute: int) -> str:
    """Return the name of an attribute."""
    from spacy.attrs import IDS

    return next((name for name, number in IDS.items() if number == attribute), str(attribute))
