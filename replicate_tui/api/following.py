"""A run from its start to its end as one stream of events: the event stream first, polling when there is none."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from replicate_tui.api.caller import Caller
from replicate_tui.api.errors import ModelError
from replicate_tui.api.sse import ServerSentEvent
from replicate_tui.api.streaming import EventStream, StreamEnd
from replicate_tui.api.types.prediction import Prediction

Start = Callable[[], Awaitable[Prediction]]


class PredictionStream:
    """The events of a prediction, as an async iterator whose texts, joined, are the output.

    What the stream did not bring comes from the prediction itself, which is the truth: `prediction` is its last
    known state, `end` how the stream went, and `is_exact` false when the events differ from the final output.
    """

    def __init__(
        self,
        caller: Caller,
        get: Callable[..., Awaitable[Prediction]],
        prediction: str | Prediction | Start,
        *,
        raises: bool = False,
    ) -> None:
        self.prediction: Prediction | None = None
        self.end: StreamEnd | None = None
        self.is_exact = True
        self._caller = caller
        self._get = get
        self._source = prediction
        self._raises = raises
        self._pieces: list[str] = []

    def __aiter__(self) -> AsyncIterator[ServerSentEvent]:
        return self._events()

    async def _events(self) -> AsyncIterator[ServerSentEvent]:
        run = self.prediction = await self._started()
        if run.stream_url and not run.is_final:
            stream = EventStream(self._caller, run.stream_url)
            async for event in stream:
                if event.event == "output":
                    self._pieces.append(event.data)
                yield event
            self.end = stream.end
            run = self.prediction = await self._get(run.id, priority=True)
        pace = self._caller.pace
        asked = 0
        while not run.is_final:
            for event in self._news(run.output, is_final=False):
                yield event
            await pace.sleep(pace.interval(asked))
            await pace.turn()
            asked += 1
            run = self.prediction = await self._get(run.id)
        for event in self._news(run.output, is_final=True):
            yield event
        if self._raises and run.status != "succeeded":
            raise ModelError(run)

    async def _started(self) -> Prediction:
        if isinstance(self._source, Prediction):
            return self._source
        if isinstance(self._source, str):
            return await self._get(self._source)
        return await self._source()

    def _news(self, output: Any, *, is_final: bool) -> list[ServerSentEvent]:
        """Return the events of what `output` holds beyond what was given out; a list grows, a value comes whole."""
        if output is None or (not is_final and not isinstance(output, list)):
            return []
        whole = [_text(entry) for entry in output] if isinstance(output, list) else [_text(output)]
        given = len(self._pieces)
        if whole[:given] == self._pieces:
            news = whole[given:]
        else:
            text, known = "".join(whole), "".join(self._pieces)
            news = [text[len(known) :]] if text.startswith(known) and len(text) > len(known) else []
            # File events may carry data URIs where the final output has links.
            self.is_exact = text.startswith(known) or (len(whole) == given and known.startswith("data:"))
        self._pieces += news
        return [ServerSentEvent("output", piece) for piece in news if piece]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
