"""The language that texts are written in, by its script or its commonest words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_CHARACTERS = 4000  # of each text, so that one long one does not decide
_HALF = 0.5
_ENOUGH = 3  # common words
_SCRIPTS = (
    ("Japanese", re.compile("[\u3041-\u30ff]")),
    ("Korean", re.compile("[\uac00-\ud7a3]")),
    ("Chinese", re.compile("[\u4e00-\u9fff]")),
    ("Ukrainian", re.compile("[іїєґ]", re.IGNORECASE)),
    ("Russian", re.compile("[\u0400-\u04ff]")),
    ("Greek", re.compile("[\u0370-\u03ff]")),
    ("Hebrew", re.compile("[\u0590-\u05ff]")),
    ("Arabic", re.compile("[\u0600-\u06ff]")),
)
# Words that the others of these languages do not have, or seldom.
_COMMON = {
    "English": "the and for of to with from add fix remove update when use is not",
    "German": "und der die das für nicht mit von bei wird ist eine einen behebe füge hinzu entferne",
    "French": "le les des une pour dans avec sur est ajout ajoute corrige correction suppression du et",
    "Spanish": "el los las una para con por del añade añadir corrige arregla elimina actualiza y",
    "Portuguese": "os uma para com não adiciona corrige remove atualiza do da dos das ao",
    "Italian": "il gli di una per con non aggiunge aggiunta corretto rimuove della nel",
    "Dutch": "het een voor van niet met toegevoegd verwijder en naar",
    "Polish": "dodaj dodano usuń usunięto popraw poprawka nie się oraz dla zmiana",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_WORD = re.compile(r"[^\W\d_]+")


def language_of(texts: Sequence[str]) -> str:
    """The English name of the language that most texts are written in; English where nothing says otherwise."""
    shown = [each[:_CHARACTERS] for each in texts]
    scripts = Counter(next((name for name, sign in _SCRIPTS if sign.search(each)), "") for each in shown)
    for name in [each for each, _count in scripts.most_common() if each]:
        related = sum(count for each, count in scripts.items() if each and _related(each, name))
        if related > len(shown) * _HALF:
            return _of_family(scripts, name)
    counts: Counter[str] = Counter()
    for each in shown:
        for word in _WORD.findall(each.lower()):
            counts.update(language for language, words in _WORDS.items() if word in words)
    best = max(_WORDS, key=lambda language: counts[language])
    return best if counts[best] >= _ENOUGH and counts[best] > counts["English"] else "English"


def _related(one: str, other: str) -> bool:
    """Scripts are shared: a Japanese text may hold no kana, a Ukrainian one none of its own letters."""
    return one == other or {one, other} in ({"Japanese", "Chinese"}, {"Ukrainian", "Russian"})


def _of_family(scripts: Counter[str], name: str) -> str:
    family = [each for each, _sign in _SCRIPTS if scripts[each] and _related(each, name)]
    return next((each for each in family if scripts[each] * 4 >= sum(scripts[other] for other in family)), name)
