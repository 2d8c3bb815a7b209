"""Spoken digits: by many synthetic voices, and by one woman, who also says letters and other words.

Sound is kept at 8,000 numbers a second, in 8 bits a number by μ-law. The synthetic voices are made by the pinned packages'
own programs, unpacked into a folder of their own; besides them the machine needs libsonic0, libpcaudio0 and libasound2.
"""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np

from data.build.common import Array, DataFile, Dataset
from data.build.packages import Package, members, unpack

RATE = 8000
DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
PROGRAM = "data/build/speech.py"


def _espeak(name: str, sha256: str) -> Package:
    version = "1.51+dfsg-10+deb12u2"
    return Package(
        registry="Debian",
        name=name,
        version=version,
        file=f"{name}_{version}_amd64.deb",
        sha256=sha256,
        licence="espeak-ng: GPL-3 or later (the program, which is not shipped: only what it said)",
        licence_read_in="usr/share/doc/espeak-ng-data/copyright and its like: GPL-3 or later; it claims nothing on sounds that"
        " the program makes.",
        credit="espeak-ng: Jonathan Duddington, Reece H. Dunn and others",
        licence_files=(f"usr/share/doc/{name}/copyright",),
    )


def _flite(name: str, sha256: str) -> Package:
    return Package(
        registry="Debian",
        name=name,
        version="2.2-5",
        file=f"{name}_2.2-5_amd64.deb",
        sha256=sha256,
        licence="flite: Carnegie Mellon University's own, free use and distribution with notice",
        licence_read_in="usr/share/doc/libflite1/copyright: permission to use and distribute without restriction, with the"
        " notice, Copyright (c) Carnegie Mellon University.",
        credit="flite: Carnegie Mellon University, Alan W. Black and Kevin A. Lenzo",
        licence_files=(f"usr/share/doc/{name}/copyright",),
    )


ESPEAK = (
    _espeak("espeak-ng", "a11396a690f85f55e6e6b2965505237ddf3dc95c51936aa61de936f1ccf8f4d0"),
    _espeak("espeak-ng-data", "573f5661c6a5adcf949018baad158c4c773bf5579390ee5235a890f1cd694106"),
    _espeak("libespeak-ng1", "2b127a95b50d92cbd7a615968d2ac1566e1cbc87e27bcda0c2894afb2407c6d2"),
)
FLITE = (
    _flite("flite", "f4ce03470bf9974c2cb9cacd981e6be29339ef4c97cf994dd6fa3f90e6544db9"),
    _flite("libflite1", "bfa8c591f1b47730b30b372ec38e02918a1c9795eada67684e1746390ad2f061"),
)
HUMAN = Package(
    registry="Debian",
    name="asterisk-core-sounds-en-wav",
    version="1.6.1-1",
    file="asterisk-core-sounds-en-wav_1.6.1-1_all.deb",
    sha256="2be3ea287d83299d143815fa804f11179a75b7affd4a758b98b55f5afc18a35d",
    licence="CC BY-SA 3.0",
    licence_read_in="usr/share/doc/asterisk-core-sounds-en-wav/copyright: CC-BY-SA-3.0, Copyright 2003-2010 Allison Smith, with"
    " its text. Share-alike: this file is under CC BY-SA 3.0, and nothing of another licence is in it.",
    credit="recorded by Allison Smith; financial contributions by Digium, Inc.; here with 8 bits a number",
    licence_files=("usr/share/doc/asterisk-core-sounds-en-wav/copyright",),
)
LIBRARIES = "usr/lib/x86_64-linux-gnu"
SOUNDS = "usr/share/asterisk/sounds/en_US_f_Allison"
ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-rp", "en-gb-x-gbcwmd", "en-029", "en-us-nyc")
FLITE_VOICES = ("kal", "kal16", "awb", "rms", "slt")
LONGEST = 24_000  # bytes of a recorded clip: longer ones are sentences

Clip = tuple[str, str, Array]  # speaker, word, sound


def build() -> list[DataFile]:
    """Return the file of synthetic voices and the one of a human voice."""
    with tempfile.TemporaryDirectory() as folder:
        for package in (*ESPEAK, *FLITE):
            unpack(package, Path(folder))
        splits = {"espeak": _espeak_clips(Path(folder)), "flite": _flite_clips(Path(folder))}
    synthetic = DataFile(
        "speech.h5",
        "the digits zero to nine, spoken by synthetic voices, 8,000 numbers a second, 8 bits by μ-law",
        ESPEAK[0],
        PROGRAM,
        {"speech": _dataset(splits)},
        (*ESPEAK[1:], *FLITE),
    )
    human = DataFile(
        "speech_human.h5",
        "the digits zero to nine and other words, spoken by one woman, 8,000 numbers a second, 8 bits by μ-law",
        HUMAN,
        PROGRAM,
        {"speech_human": _dataset({"human": _human_clips()})},
    )
    return [synthetic, human]


def _dataset(clips: dict[str, list[Clip]]) -> Dataset:
    every = [clip for part in clips.values() for clip in part]
    speakers = list(dict.fromkeys(speaker for speaker, _, _ in every))
    words = list(dict.fromkeys([*DIGITS, *(word for _, word, _ in every)]))
    splits = {}
    for split, part in clips.items():
        splits[split] = {
            "sound": np.concatenate([_packed(sound) for _, _, sound in part]),
            "length": np.array([len(sound) for _, _, sound in part], np.int32),
            "word": np.array([words.index(word) for _, word, _ in part], np.uint8),
            "speaker": np.array([speakers.index(speaker) for speaker, _, _ in part], np.uint8),
        }
    return Dataset("speech", splits, {"words": words, "speakers": speakers})


def _packed(sound: Array) -> Array:
    """μ-law: from -1 to 1 into 0 to 255, fine near silence."""
    squeezed = np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log(256)
    return np.round((squeezed + 1) / 2 * 255).astype(np.uint8)


def _espeak_clips(folder: Path) -> list[Clip]:
    """Every second variant of the voice, each with an accent, a speed and a pitch of its own."""
    data = folder / LIBRARIES / "espeak-ng-data"
    variants = sorted(path.name for path in (data / "voices" / "!v").iterdir())[::2]
    clips = []
    for place, variant in enumerate(variants):
        voice = f"{ACCENTS[place % len(ACCENTS)]}+{variant}"
        options = ["-v", voice, "-s", str(130 + place * 37 % 80), "-p", str(30 + place * 23 % 45)]
        for word in DIGITS:
            sound = _said(folder, ["espeak-ng", *options], ["-w"], [word], {"ESPEAK_DATA_PATH": str(data.parent)})
            clips.append((f"espeak {voice}", word, sound))
    return clips


def _flite_clips(folder: Path) -> list[Clip]:
    return [
        (f"flite {voice}", word, _said(folder, ["flite", "-voice", voice, "-t", word], ["-o"], [], {}))
        for voice in FLITE_VOICES
        for word in DIGITS
    ]


def _said(folder: Path, command: list[str], into: list[str], text: list[str], more: dict[str, str]) -> Array:
    out = folder / "said.wav"
    environment = {**os.environ, "LD_LIBRARY_PATH": str(folder / LIBRARIES), **more}
    program = str(folder / "usr/bin" / command[0])
    subprocess.run([program, *command[1:], *into, str(out), *text], check=True, env=environment, capture_output=True)
    return _read(out.read_bytes())


def _human_clips() -> list[Clip]:
    files = members(HUMAN)
    clips = []
    for name in sorted(files):
        folder, _, word = name.removeprefix(f"{SOUNDS}/").removesuffix(".wav").rpartition("/")
        if name.startswith(SOUNDS) and folder in ("digits", "letters", "phonetic") and len(files[name]) < LONGEST:
            number = folder == "digits" and word.isdigit() and len(word) == 1
            clips.append(("Allison Smith", DIGITS[int(word)] if number else f"{folder}/{word}", _read(files[name])))
    return clips


def _read(raw: bytes) -> Array:
    """Return the sound at 8,000 numbers a second, without silence at both ends, its largest number 0.9."""
    with wave.open(io.BytesIO(raw)) as file:
        rate, count = file.getframerate(), file.getnframes()
        sound = np.frombuffer(file.readframes(count), np.int16) / 32768
    if rate != RATE:
        wanted = round(len(sound) * RATE / rate)
        spectrum = np.fft.rfft(sound)[: wanted // 2 + 1]
        sound = np.fft.irfft(spectrum, wanted) * wanted / len(sound)
    sound = sound / np.abs(sound).max() * 0.9
    loud = np.flatnonzero(np.abs(sound) > 0.02)
    edge = RATE // 50
    kept: Array = sound[max(0, loud[0] - edge) : loud[-1] + edge]
    return kept
