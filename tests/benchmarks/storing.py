"""The questions of a history as figures: a long history against a short one, through the whole store."""

import asyncio
from typing import Final

from replicate_tui.store.runs import RunRepository
from tests.benchmarks.figures import Figure
from tests.benchmarks.long_history import filled
from tests.benchmarks.questions import QUESTIONS
from tests.benchmarks.store_bench import in_turn
from tests.benchmarks.workshop import Workshop

#: What a full page of a long history may cost against one of a short history.
_MOST_RATIO: Final = 2.5


def store(workshop: Workshop) -> list[Figure]:
    """Each question of the history, asked in turn."""
    return asyncio.run(_ask(workshop))


async def _ask(workshop: Workshop) -> list[Figure]:
    scale = workshop.scale
    small = await filled(workshop.folder / "store-small" / "history.db", scale.small_rows)
    large = await filled(workshop.folder / "store-large" / "history.db", scale.rows)
    few, many = RunRepository(small), RunRepository(large)
    figures = []
    for question in QUESTIONS:
        one, other = await in_turn(
            lambda: question.ask(many),  # noqa: B023  (awaited within the round)
            lambda: question.ask(few),  # noqa: B023
            rounds=scale.pairs,
        )
        figures.append(
            Figure(
                f"history: {question.name}",
                one,
                "ms",
                baseline=other,
                ratio=one / other,
                most=question.most(scale.rows),
                most_ratio=_MOST_RATIO if question.is_full else None,
                held_against=f"{scale.small_rows:,} runs",
            )
        )
    await small.close()
    await large.close()
    return figures
