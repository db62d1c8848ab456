"""Seeded prose about a prompt's own words. No language model is involved, and the text says so."""

import hashlib
import random
import re


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_STOP = frozenset(
    _listed(
        "a about all also an and any are as at be because been but by can compare could describe did do does each "
        "explain for from give had has have he her his how i if in into is it its just like list make me more "
        "most my no not of on one or our please put say she should show so some story such tell than that the "
        "their them then there these they this those three to two up us use was we were what when where which who "
        "why will with words would write you your poem code function python joke haiku summary"
    )
)
_ADJECTIVES = _listed("quiet patient narrow bright early weathered curious steady ordinary distant careful tall")
_COMPANIONS = _listed("weather harbour stairs lamp road tide letter window kettle bridge")
_PLACES = (
    "at the end of the quay", "under a tin roof", "beside the old ferry", "on the fourth floor", "by the greenhouse",
    "in a town without clocks", "where the road turns to gravel", "between two lighthouses",
)  # fmt: skip
_TURNS = ("And yet", "In practice", "Seen from close by", "On a second look", "Put plainly", "For most people")
_OPENERS = (
    "Start with {0}: it is the part that everything else leans on.",
    "The first thing to notice about {0} is how little of it is visible.",
    "Most accounts of {0} begin in the middle, so this one begins at the edge.",
    "There are two ways into {0}, and the slower one is usually the better.",
    "Suppose for a moment that {0} had never been given a name.",
    "Anyone who has spent a {2} week with {0} knows how it wanders off towards {1}.",
    "It is easy to be certain about {0} as long as nobody asks about {1}.",
    "Every answer about {0} hides a smaller question about {1}.",
)
_MIDDLES = (
    "{0} and {1} pull in opposite directions, which is why neither is ever finished.",
    "When {0} changes, {1} follows a moment later, the way a shadow does.",
    "It helps to think of {0} as a {2} thing that has learned to behave like {1}.",
    "A {2} reading of {0} leaves room for {1}; a hasty one does not.",
    "Nobody has measured {0} without also disturbing {1}.",
    "What looks like {0} from far away turns out, up close, to be mostly {1}.",
    "The {2} part is not {0} itself but the distance between it and {1}.",
    "A {2} map of {0} would leave {1} white, and be the better for it.",
    "Ask ten people about {0} and nine of them will tell you about {1}.",
    "{0} has a {2} side that shows only when {1} is out of the room.",
    "There is no {0} without {1}, though there is plenty of {1} without {0}.",
    "The old word for {0} meant something {2}, and it was kept {3}.",
    "If {1} were louder, {0} would hardly be heard.",
    "Somebody {3} keeps a list of everything that {0} has in common with {1}.",
    "For a {2} hour or two, {0} and {1} are the same thing.",
)
_CLOSERS = (
    "None of this settles {0}, but it shows where to look next.",
    "Keep {0} in view and the rest arranges itself.",
    "If only one thing stays with you, let it be {0}.",
    "That leaves {0}, which has been waiting quietly since the first sentence.",
    "The rest is patience, and some of {1}.",
    "Whether that is enough for {0} is for somebody {2} to say.",
    "So much for {0}; the weather will do the rest.",
)
_STORIES = (
    (
        "Long before anyone spoke of {0}, there was a {2} keeper who lived {3}.",
        "Every evening the keeper counted what was left of {0} and wrote the number on the door.",
        "One night the number was wrong. It was higher than the night before, and the ink smelled of {1}.",
        "“Who has been adding to {0}?” asked the keeper, and something {2} answered from the stairs.",
        "They talked until the lamp went out, mostly about {1}, and once about the sea.",
        "In the morning the door was blank, and {0} stood outside in the grass as if it had always been there.",
        "Some say the keeper still lives {3}, and that {1} is only the name of the road that leads there.",
    ),
    (
        "The last ferry of the year carried a single crate, and on it somebody had written: {0}.",
        "Nobody had ordered it. The harbour master, a {2} woman, put it {3} and forgot it until the thaw.",
        "In March it began to hum. It hummed about {1}, people said, though nobody could have told you the tune.",
        "Children brought it things: a spoon, a map, a {2} stone, half a sentence about {0}.",
        "It took all of them and gave nothing back, and still everyone walked home lighter.",
        "When the ferry came again the crate was open and empty, and the captain asked who had signed for {1}.",
        "“We all did,” said the harbour master, and that was true, and it is in the book to this day.",
    ),
    (
        "My grandmother kept {0} in a tin, {3}, and let no one look.",
        "She said it was {2} and did not like the light, and that {1} would explain the rest when I was older.",
        "I grew older. {1} explained nothing, as it does.",
        "So one afternoon I took the lid off, and there was {0}, smaller than I had been told and quite unafraid.",
        "It looked at me the way a clock does. I put the lid back and made tea.",
        "When I came to tell her she was already laughing. “And?” she said. “Was it {2}?”",
        "It was. I keep it in a tin now, {3}, and let no one look.",
    ),
)
_VERSES = (
    "The {2} {0}, hour by hour,", "and {1} leaning on the wall,", "a little rain, a little power,",
    "a voice that hardly speaks at all.", "We count the {0} by candlelight,", "we fold the {1} into a sleeve,",
    "and what was {2} in the night", "is what the morning will believe.", "O {0}, slow and unafraid,",
    "you hum of {1}, and you stay;", "the {2} promise that we made", "is smaller now, and on its way.",
)  # fmt: skip


def keywords(prompt: str) -> list[str]:
    """Return the prompt's own telling words in their order, never none."""
    words = [word for word in re.findall(r"[^\W\d_][\w'-]+", prompt) if word.lower() not in _STOP and len(word) > 2]
    unique = list(dict.fromkeys(word.lower() for word in words))
    return unique[:12] or ["this question"]


def generator(prompt: str, seed: int, purpose: str = "") -> random.Random:
    digest = hashlib.sha256(f"{seed}\0{purpose}\0{prompt}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))


class Writer:
    """Writes paragraphs, lists, verses and stories about the words of one prompt.

    Patterns are dealt from shuffled decks, so that a text repeats none before all have been used.
    """

    def __init__(self, prompt: str, seed: int) -> None:
        self.rng = generator(prompt, seed)
        self.words = keywords(prompt)
        self._decks: dict[tuple[str, ...], list[str]] = {}

    def _deal(self, patterns: tuple[str, ...]) -> str:
        deck = self._decks.setdefault(patterns, [])
        if not deck:
            deck += self.rng.sample(patterns, len(patterns))
        return deck.pop()

    def sentence(self, pattern: str, article: str = "") -> str:
        """Fill a pattern with two different words, an adjective and a place."""
        first = self.rng.choice(self.words)
        others = [word for word in self.words if word != first]
        second = self.rng.choice(others) if others else f"the {self.rng.choice(_COMPANIONS)}"
        names = (f"{article}{first}", f"{article}{second}")
        filled = pattern.format(*names, self._deal(_ADJECTIVES), self.rng.choice(_PLACES)).replace("the the ", "the ")
        filled = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", filled)
        return re.sub(r"(^|[.!?] )([a-z])", lambda found: found[1] + found[2].upper(), filled)

    def paragraph(self, sentences: int = 4) -> str:
        """Return an opening, some sentences and a close; the third of four or more takes a turn."""
        parts = [self.sentence(self._deal(_OPENERS))]
        for place in range(max(0, sentences - 2)):
            pattern = self._deal(_MIDDLES)
            turned = place == 1 and not pattern.startswith(("{", "Ask"))
            lowered = f"{self._deal(_TURNS)}, {pattern[0].lower()}{pattern[1:]}"
            parts.append(self.sentence(lowered if turned else pattern))
        return " ".join([*parts, self.sentence(self._deal(_CLOSERS))])

    def story(self) -> str:
        lines = [self.sentence(line, "the ") for line in self.rng.choice(_STORIES)]
        return "\n\n".join((" ".join(lines[:3]), " ".join(lines[3:5]), " ".join(lines[5:])))

    def verses(self) -> str:
        start = self.rng.choice((0, 4, 8))
        order = [(start + offset) % 12 for offset in (0, 4, 8)]
        return "\n\n".join("\n".join(self.sentence(_VERSES[line + row]) for row in range(4)) for line in order)

    def points(self, count: int, *, numbered: bool) -> str:
        rows = []
        for index in range(count):
            head = self.words[index % len(self.words)].capitalize()
            mark = f"{index + 1}." if numbered else "-"
            rows.append(f"{mark} **{head}.** {self.sentence(self._deal(_MIDDLES))}")
        return "\n".join(rows)

    def table(self) -> str:
        rows = ["| Aspect | Near | Far |", "| --- | --- | --- |"]
        rows += [
            f"| {word} | {self.rng.choice(_ADJECTIVES)} | {self.rng.choice(_ADJECTIVES)} |" for word in self.words[:4]
        ]
        return "\n".join(rows)

    def code(self) -> str:
        """Return a Python function that runs and has something to do with the words."""
        name = re.sub(r"\W", "_", self.words[0]) if self.words[0].isidentifier() else "answer"
        listed = ", ".join(f'"{word}"' for word in self.words[:4])
        return (
            f"```python\ndef count_{name}(text: str) -> dict[str, int]:\n"
            f'    """Count how often each of the prompt\'s words occurs in a text."""\n'
            f"    wanted = [{listed}]\n    words = text.lower().split()\n"
            f"    return {{word: words.count(word) for word in wanted}}\n```"
        )


def pieces(text: str) -> list[str]:
    """Cut text into chunks of a token's size that carry their own leading spaces and join to the same text."""
    return re.findall(r"\n+|[^\S\n]*\S{1,6}|[^\S\n]+", text)
