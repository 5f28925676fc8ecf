"""`spacy train` learns from the DocBin that we write."""

from pathlib import Path

import pytest

from ner_service import corpora
from ner_service.types import Document, Entity
from tests.marked import marked

spacy = pytest.importorskip("spacy")

SMALL = {  # beside what `spacy init config --lang ru --pipeline ner` writes, for a net in seconds
    "training.max_steps": 60,
    "training.eval_frequency": 30,
    "training.optimizer.learn_rate": 0.01,
    "components.tok2vec.model.encode.width": 16,
    "components.tok2vec.model.encode.depth": 1,
    "components.tok2vec.model.embed.rows": [200] * 4,
}
DOCUMENTS = [
    marked("[PER Анна Каренина] уехала в [LOC Москву]. [ORG МИД] молчит.", "a"),
    marked("😀 [PER Иван] 👨‍👩‍👧 и\r\n\r\n[ORG «Газпром»] живут в [LOC Туле]!", "b"),
    Document("c", "  Санкт-Петербург ", (Entity(2, 17, "LOC"),)),
    Document("d", "", ()),
    marked("Тихо.", "e"),
]


@pytest.mark.slow
def test_spacy_train_learns_the_entities_of_our_docbin(tmp_path: Path) -> None:
    from spacy.cli.init_config import init_config
    from spacy.cli.train import train

    config, target = tmp_path / "config.cfg", tmp_path / "out"
    corpora.write(tmp_path / "x.spacy", DOCUMENTS)
    init_config(lang="ru", pipeline=["ner"], silent=True).to_disk(config)
    paths = dict.fromkeys(("paths.train", "paths.dev"), str(tmp_path / "x.spacy"))
    train(config, target, overrides=SMALL | paths)
    learned = spacy.load(target / "model-last")
    assert set(learned.get_pipe("ner").labels) == {"PER", "LOC", "ORG"}
    found = [(d.id, e.text, e.label_) for d in DOCUMENTS for e in learned(d.text).ents]
    gold = [(d.id, d.text[e.start : e.end], e.label) for d in DOCUMENTS for e in d.entities]
    assert len({*found} & {*gold}) > len(gold) / 2  # of what it has learned by heart
