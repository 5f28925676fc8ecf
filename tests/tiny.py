"""A tiny corpus that a tiny net can learn in a second, and the configuration for it."""

import random
from pathlib import Path

import torch

from ner_service import corpora
from ner_service.types import Document, Entity

torch.set_num_threads(1)  # threads cost tiny nets more than they bring

NAMES = ("Анна", "Пётр", "Йоэль", "Мария")
SURNAMES = ("Петрова", "Лион", "Смирнов", "Каренина")
PLACES = ("Москве", "Львове", "Перми", "Омске")
VERBS = ("живёт", "работает", "была", "училась")

CONFIG = """
name = "tiny"
output = "{folder}/tiny"
[data]
train = [{{ path = "{folder}/train.jsonl" }}]
dev = [{{ path = "{folder}/dev.jsonl" }}]
[net]
vectors = ""
char_dim = 8
char_size = 16
shape_dim = 8
hidden = 12
[train]
epochs = 3
batch_tokens = 120
tensorboard = false
[optimiser]
lr = 2e-2
ema = 0.9
[hardware]
device = "cpu"
precision = "fp32"
"""


def sentence(random: random.Random) -> Document:
    """Make a sentence such as `Анна Петрова живёт в Москве.` with its PER and LOC."""
    name, surname = random.choice(NAMES), random.choice(SURNAMES)
    place = random.choice(PLACES)
    text = f"{name} {surname} {random.choice(VERBS)} в {place}."
    person = Entity(0, len(name) + 1 + len(surname), "PER")
    return Document(text, text, (person, Entity(len(text) - len(place) - 1, len(text) - 1, "LOC")))


def documents(count: int, seed: int) -> list[Document]:
    """Make documents of three sentences each."""
    chance = random.Random(seed)
    made = []
    for n in range(count):
        text, entities = "", []
        for part in (sentence(chance) for _ in range(3)):
            entities += [entity.shift(len(text)) for entity in part.entities]
            text += part.text + " "
        made.append(Document(str(n), text.rstrip(), tuple(entities)))
    return made


def write(folder: Path) -> Path:
    """Write train, dev and the configuration; return the path of the last."""
    corpora.write(folder / "train.jsonl", documents(40, 1))
    corpora.write(folder / "dev.jsonl", documents(10, 2))
    path = folder / "tiny.toml"
    path.write_text(CONFIG.format(folder=folder), encoding="utf-8")
    return path
