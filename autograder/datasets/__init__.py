"""The only way to load the course's data.

>>> from autograder import datasets
>>> digits = datasets.load("mnist", split="train")
>>> digits.X.shape, digits.y.shape
((6000, 28, 28), (6000,))

Every load reads the file anew: the arrays are yours, and changing them in place changes nothing for the next load.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any, Literal, overload

from autograder import datafiles
from autograder.datafiles import DataError
from autograder.datasets import drawings, language, pictures, signals
from autograder.datasets.drawings import Emoji, Pictures, Trunk
from autograder.datasets.language import Novels, Pronunciations, RatedWords, Sentences, Towns, WordVectors
from autograder.datasets.pictures import Images, Photograph, Table, Trees
from autograder.datasets.signals import Cohort, Series, Speech, Vowels

__all__ = [
    "Cohort",
    "DataError",
    "Emoji",
    "Images",
    "Novels",
    "Photograph",
    "Pictures",
    "Pronunciations",
    "RatedWords",
    "Sentences",
    "Series",
    "Speech",
    "Table",
    "Towns",
    "Trees",
    "Trunk",
    "Vowels",
    "WordVectors",
    "held_out",
    "load",
    "names",
]

_READERS: dict[str, Callable[[Any, list[str]], Any]] = {
    "images": pictures.images,
    "table": pictures.table,
    "trees": pictures.trees,
    "sentences": language.sentences,
    "rated_words": language.rated_words,
    "emoji": drawings.emoji,
    "trunk": drawings.trunk,
    "pictures": drawings.pictures,
    "novels": language.novels,
    "towns": language.towns,
    "word_vectors": language.word_vectors,
    "pronunciations": language.pronunciations,
    "vowels": signals.vowels,
    "series": signals.series,
    "cohort": signals.cohort,
    "speech": signals.speech,
}


@overload
def load(name: Literal["mnist", "fashion", "digits"], split: str | None = None) -> Images: ...
@overload
def load(name: Literal["cancer"], split: str | None = None) -> Table: ...
@overload
def load(name: Literal["trees"], split: str | None = None) -> Trees: ...
@overload
def load(name: Literal["sentiment"], split: str | None = None) -> Sentences: ...
@overload
def load(name: Literal["valence_words"], split: str | None = None) -> RatedWords: ...
@overload
def load(name: Literal["emoji"], split: str | None = None) -> Emoji: ...
@overload
def load(name: Literal["conv_trunk"], split: str | None = None) -> Trunk: ...
@overload
def load(name: Literal["style_images"], split: str | None = None) -> Pictures: ...
@overload
def load(name: Literal["towns"], split: str | None = None) -> Towns: ...
@overload
def load(name: Literal["vowels"], split: str | None = None) -> Vowels: ...
@overload
def load(name: Literal["series"], split: str | None = None) -> Series: ...
@overload
def load(name: Literal["glove50"], split: str | None = None) -> WordVectors: ...
@overload
def load(name: Literal["g2p"], split: str | None = None) -> Pronunciations: ...
@overload
def load(name: Literal["austen"], split: str | None = None) -> Novels: ...
@overload
def load(name: Literal["rotterdam", "flchain"], split: str | None = None) -> Cohort: ...
@overload
def load(name: Literal["speech", "speech_human"], split: str | None = None) -> Speech: ...
@overload
def load(name: str, split: str | None = None) -> Any: ...
def load(name: str, split: str | None = None) -> Any:
    """Load a data set.

    Parameters
    ----------
    name
        "mnist": 7,000 handwritten digits. "fashion": 6,500 articles of clothing, ten classes in equal shares.
        "digits": 1,797 small digits. "cancer": 379 breast tumours, 30 measures each. "trees": two aerial photographs.
        "sentiment": sentences, each rated by many people. "valence_words": words, each rated by ten people.
        "emoji": symbols by three designers. "conv_trunk": the first layers of a pretrained network. "style_images": nine
        pictures. "towns": names of towns. "vowels": nine men speaking. "series": three long measurements. "glove50": word
        vectors. "g2p": words and their sounds. "austen": two novels. "rotterdam", "flchain": people who were followed.
        "speech": digits said by machines, "speech_human": the same and other words by one woman.
    split
        "train" or "test"; for "trees" the photograph, "meadow" or "roadside"; for "sentiment" "movies", "products" or
        "tweets"; for "emoji" the designer; for "conv_trunk" the layer; for "style_images" the picture; for "towns" the
        country ("GB"); for "series" the series; for "austen" the novel; for "speech" "espeak" or "flite"; "vowels" and "g2p"
        have "train" and "test"; "speech_human" has "human";
        "valence_words", "glove50", "rotterdam" and "flchain" have one, "all". None: everything, in the order of the
        manifest.

    Raises
    ------
    DataError
        For an unknown name or split, and for a file that is missing, cut short or altered.
    """
    return _read(datafiles.public(), name, split)


@overload
def held_out(name: Literal["mnist", "fashion"], split: str | None = None) -> Images: ...
@overload
def held_out(name: Literal["cancer"], split: str | None = None) -> Table: ...
@overload
def held_out(name: Literal["trees"], split: str | None = None) -> Trees: ...
@overload
def held_out(name: Literal["sentiment"], split: str | None = None) -> Sentences: ...
@overload
def held_out(name: Literal["emoji"], split: str | None = None) -> Emoji: ...
@overload
def held_out(name: Literal["towns"], split: str | None = None) -> Towns: ...
@overload
def held_out(name: Literal["austen"], split: str | None = None) -> Novels: ...
@overload
def held_out(name: Literal["gbsg"], split: str | None = None) -> Cohort: ...
@overload
def held_out(name: str, split: str | None = None) -> Any: ...
def held_out(name: str, split: str | None = None) -> Any:
    """Load what a studio is judged on. Only the instructor's side has it: elsewhere this raises DataError.

    "mnist": 3,000 digits. "fashion": 4,000, ten classes in equal shares. "cancer": 190 rows, the classes in the shares
    of the public part. "trees": photographs "meadow_south" (the public meadow goes on there), "pines" and "snags"
    (two other places), which are also its splits. "sentiment": a third of the groups of each domain.
    "emoji": a third of the symbols by the public designers, and all symbols by "emojione", of whom nothing is public.
    "towns": a fifth of the stems. "austen": four other novels. "gbsg": a trial, to judge what was learnt on "rotterdam".
    """
    return _read(datafiles.held_out(), name, split)


def names() -> tuple[str, ...]:
    """Return the names of all public data sets."""
    return tuple(datafiles.public().manifest()["datasets"])


def _read(shelf: datafiles.Shelf, name: str, split: str | None) -> Any:
    import h5py  # takes longer to import than a data set to read, so only when one is read

    datasets = shelf.manifest().get("datasets", {})
    facts = datasets[_known(name, datasets, "data set")]
    splits = facts["splits"] if split is None else [_known(split, facts["splits"], f"split of {name}")]
    path = shelf.proven(facts["file"])
    try:
        with h5py.File(path, "r", locking=False) as file:  # nobody writes there; another's lock is no reason to fail
            return _READERS[facts["kind"]](file[name], splits)
    except (OSError, KeyError) as error:
        raise DataError(f"{path} cannot be read ({error}). To mend it: {shelf.mend}.") from error


def _known(word: str, words: Iterable[str], what: str) -> str:
    choice = list(words)
    if word in choice:
        return word
    near = difflib.get_close_matches(str(word), choice, n=1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    raise DataError(f"There is no {what} called {word!r}.{meant} There is: {', '.join(choice)}.")
