"""How the language models answer: which form a prompt asks for, and how the text streams."""

from replicate_tui.demo.model import Job
from replicate_tui.demo.models._prose import Writer, pieces

_FORMS: dict[str, tuple[str, ...]] = {
    "verses": ("poem", "haiku", "verse", "song", "lyrics", "sonnet", "rhyme"),
    "story": ("story", "tale", "once upon", "fable", "fairy"),
    "code": ("python", "code", "function", "script", "program", "regex"),
    "table": ("compare", "table", "versus", " vs ", "difference"),
    "list": ("list", "steps", "how to", "how do", "plan", "ideas", "tips", "ways", "recipe"),
    "short": ("hello", "hi ", "hey", "joke", "thanks", "who are you"),
}


def form_of(prompt: str) -> str:
    """Return the form of text that a prompt asks for: a key of the table above, or `essay`."""
    lowered = f"{prompt.lower()} "
    return next((form for form, signs in _FORMS.items() if any(sign in lowered for sign in signs)), "essay")


def answer(prompt: str, seed: int, *, markdown: bool = True) -> str:
    """Return an answer of two to five paragraphs in the form that the prompt asks for."""
    writer = Writer(prompt, seed)
    form = form_of(prompt)
    if form == "verses":
        return writer.verses()
    if form == "story":
        return writer.story()
    if form == "short":
        return writer.paragraph(3)
    if form == "code":
        return f"{writer.paragraph(3)}\n\n{writer.code()}\n\n{writer.paragraph(3)}"
    if form == "list":
        return f"{writer.paragraph(2)}\n\n{writer.points(5, numbered=True)}\n\n{writer.paragraph(3)}"
    subject = writer.words[0].capitalize()
    if form == "table" and markdown:
        return f"{writer.paragraph(3)}\n\n## {subject}, side by side\n\n{writer.table()}\n\n{writer.paragraph(4)}"
    if not markdown:
        return "\n\n".join(writer.paragraph(count) for count in (4, 5, 3))
    return (
        f"{writer.paragraph(4)}\n\n## What {writer.words[0]} rests on\n\n{writer.points(3, numbered=False)}\n\n"
        f"{writer.paragraph(5)}\n\n> {writer.paragraph(2)}\n\n{writer.paragraph(3)}"
    )


def count_tokens(text: str) -> int:
    return len(pieces(text))


async def stream(job: Job, text: str, *, tokens_per_second: float, limit: int, started: float = 0.0) -> int:
    """Emit `text` in chunks of a token's size, at most `limit` of them, and return how many were emitted."""
    sent = 0
    for piece in pieces(text)[: max(0, limit)]:
        await job.sleep(1 / tokens_per_second)
        await job.emit(piece)
        sent += 1
    job.metric("output_token_count", sent)
    job.metric("tokens_per_second", tokens_per_second)
    if started:
        job.metric("time_to_first_token", started)
    return sent
