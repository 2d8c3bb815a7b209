"""Spoken words: what the files promise."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np

from autograder import datasets


def test_speech() -> None:
    machines, woman = datasets.load("speech"), datasets.load("speech_human")
    digits = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    assert machines.words == digits == woman.words[:10] and woman.speakers == ("Allison Smith",)
    said = np.zeros((len(machines.speakers), 10), int)
    np.add.at(said, (machines.speaker, machines.word), 1)
    assert (said == 1).all() and len(said) > 50  # every voice says every digit once
    assert sorted(woman.word.tolist()) == list(range(len(woman.words)))
    for speech in (machines, woman):
        assert len(speech.sound) == len(speech.word) == len(speech.speaker)
        seconds = np.array([len(clip) / 8000 for clip in speech.sound])
        assert seconds.min() > 0.1 and seconds.max() < 2
        loudest = np.array([np.abs(clip).max() for clip in speech.sound])
        assert all(clip.dtype == np.float32 for clip in speech.sound) and ((loudest > 0.85) & (loudest < 0.95)).all()


def test_a_clip_has_the_pitch_of_a_voice() -> None:
    """Speech repeats itself 80 to 400 times a second; noise and a wrong rate do not."""

    def pitch(clip: np.ndarray) -> float:
        middle = clip[len(clip) // 3 :][:1024]
        echo = np.correlate(middle, middle, "full")[len(middle) - 1 :]
        lags = np.arange(20, 100)
        return 8000 / float(lags[echo[lags].argmax()])

    woman = datasets.load("speech_human")
    found = [pitch(clip) for clip, word in zip(woman.sound, woman.word, strict=True) if word < 10]
    assert 150 < np.median(found) < 320


def test_the_human_voice_is_in_a_file_of_its_own() -> None:
    """It is share-alike: its file holds nothing under other terms."""
    manifest = tomllib.loads((Path(__file__).resolve().parents[1] / "data" / "manifest.toml").read_text(encoding="utf-8"))
    human = manifest["files"]["speech_human.h5"]
    assert "CC BY-SA 3.0" in human["licence"] and human["package"] == "asterisk-core-sounds-en-wav"
    assert [name for name, one in manifest["datasets"].items() if one["file"] == "speech_human.h5"] == ["speech_human"]
