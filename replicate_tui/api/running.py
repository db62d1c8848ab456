"""run, stream and use: from a model's name and an input to its output."""

from collections.abc import AsyncIterator, Awaitable, Generator, Mapping
from typing import Any, Unpack

from replicate_tui.api.errors import ModelError, ReplicateError
from replicate_tui.api.following import PredictionStream
from replicate_tui.api.identifiers import ModelRef, parse_model
from replicate_tui.api.options import check_options
from replicate_tui.api.outputs import Courier, with_file_outputs
from replicate_tui.api.resources.creating import CreateOptions
from replicate_tui.api.resources.models import Models
from replicate_tui.api.resources.predictions import Predictions
from replicate_tui.api.types.prediction import Prediction


class Runner:
    """Runs models by any reference: owner/name, owner/name:version, a version id, a `Model`, a `Version`."""

    def __init__(self, predictions: Predictions, models: Models, courier: Courier) -> None:
        self._predictions = predictions
        self._models = models
        self._courier = courier

    async def create(self, ref: Any, input: Mapping[str, Any], **options: Unpack[CreateOptions]) -> Prediction:
        """Create a prediction of what `ref` names; raises as `predictions.create` does."""
        return await self._predictions.create(model=str(parse_model(ref)), input=input, **options)

    async def run(
        self, ref: Any, input: Mapping[str, Any], *, wait: bool | int, use_file_output: bool, options: CreateOptions
    ) -> Any:
        prediction = await self.finished(ref, input, wait=wait, options=options)
        return with_file_outputs(prediction.output, self._courier) if use_file_output else prediction.output

    async def finished(
        self, ref: Any, input: Mapping[str, Any], *, wait: bool | int, options: CreateOptions
    ) -> Prediction:
        """Return the succeeded prediction; raises ModelError for any other end."""
        if options.get("prefer") is None:
            options = {**options, "prefer": wait}
        prediction = await self.create(ref, input, **options)
        # A held answer is a preview: links, metrics and logs come with the final state.
        prediction = await self._predictions.wait(prediction)
        if prediction.status != "succeeded":
            raise ModelError(prediction)
        return prediction

    def stream(self, ref: Any, input: Mapping[str, Any], options: CreateOptions) -> PredictionStream:
        check_options(options, CreateOptions)
        return self._predictions.stream_of(lambda: self.create(ref, input, **options))

    async def output_is_text(self, prediction: Prediction) -> bool:
        """Whether the model says that its list of texts is one text."""
        try:
            schema = await self._schema(prediction)
        except ReplicateError:
            return False
        output = _member(_member(_member(schema, "components"), "schemas"), "Output")
        return bool(_member(output, "x-cog-array-display") == "concatenate")

    async def _schema(self, prediction: Prediction) -> Any:
        found = parse_model(prediction.model)
        if not isinstance(found, ModelRef):
            return None
        model = await self._models.get(model_owner=found.owner, model_name=found.name)
        if model.latest_version is None:
            return None
        if prediction.version in (model.latest_version.id, "hidden", None):
            return model.latest_version.openapi_schema
        version = await self._models.versions.get(
            prediction.version or "", model_owner=found.owner, model_name=found.name
        )
        return version.openapi_schema

    def file_output(self, value: Any) -> Any:
        return with_file_outputs(value, self._courier)


class ModelFunction:
    """A model as a function of its inputs; made by `client.use`."""

    def __init__(self, runner: Runner, ref: Any, *, streaming: bool, options: CreateOptions) -> None:
        check_options(options, CreateOptions)
        self._runner = runner
        self._ref = ref
        self._streaming = streaming
        self._options = options
        self._joins: bool | None = None

    def __repr__(self) -> str:
        return f"ModelFunction({str(self._ref)!r})"

    def __call__(self, **input: Any) -> "FunctionCall":
        """Return the call: await it for the output, iterate it for the pieces as they come."""
        return FunctionCall(self, input, streaming=self._streaming)

    async def create(self, **input: Any) -> Prediction:
        """Create a prediction and return it without waiting."""
        return await self._runner.create(self._ref, input, **self._options)

    async def output(self, input: Mapping[str, Any]) -> Any:
        """Run and return the output; a model whose list is one text gives that text."""
        prediction = await self._runner.finished(self._ref, input, wait=True, options=self._options)
        output = prediction.output
        if isinstance(output, list) and output and all(isinstance(piece, str) for piece in output):
            if self._joins is None:
                self._joins = await self._runner.output_is_text(prediction)
            if self._joins:
                return "".join(output)
        return self._runner.file_output(output)

    async def pieces(self, input: Mapping[str, Any]) -> AsyncIterator[Any]:
        """Yield the pieces of the output as they come: texts, or files."""
        async for event in self._runner.stream(self._ref, input, self._options):
            if event.event == "output":
                yield self._runner.file_output(event.data)


class FunctionCall(Awaitable[Any]):
    """One call of a `ModelFunction`. Nothing is sent before it is awaited or iterated."""

    def __init__(self, function: ModelFunction, input: Mapping[str, Any], *, streaming: bool) -> None:
        self._function = function
        self._input = input
        self._streaming = streaming

    def __await__(self) -> Generator[Any, None, Any]:
        return (self._as_iterator() if self._streaming else self._function.output(self._input)).__await__()

    def __aiter__(self) -> AsyncIterator[Any]:
        return self._function.pieces(self._input)

    async def _as_iterator(self) -> AsyncIterator[Any]:
        return self._function.pieces(self._input)


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None
