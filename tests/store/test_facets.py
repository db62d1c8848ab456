"""The narrow table behind the filters says of every run what the run itself says, whatever was changed and how."""

import random
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.store import facet_search
from replicate_tui.store.database import Database
from replicate_tui.store.filters import RunFilter, parse_filter
from replicate_tui.store.records import RunRecord
from replicate_tui.store.runs import RunRepository
from tests.store.making import make_run, peek

_TOLD = """
    select f.seq, {terms}, f.seconds, f.cost from run_facets f order by f.seq
""".format(
    terms=", ".join(
        f"(select text from run_terms where number = f.{name})"
        for name in ("kind", "status", "source", "model", "version", "account")
    )
)
_TRUE = """
    select seq, kind, status, source, model, version, account, seconds, cost from runs where hidden = 0 order by seq
"""


def _some_changes(chance: random.Random) -> dict[str, Any]:
    choices: dict[str, tuple[Any, ...]] = {
        "status": ("starting", "succeeded", "failed"),
        "model": ("a/b", "a/bc", "meta/llama"),
        "version": (None, "v1", "v2"),
        "source": ("here", "web"),
        "cost": (None, 0.0, 0.25, 2.0),
        "note": ("", "for later"),
        "title": ("fog", "fog over the sea", ""),
        "metrics": ({}, {"predict_time": 2}),
    }
    return {name: chance.choice(choices[name]) for name in chance.sample(sorted(choices), 4)}


@pytest.mark.parametrize("seed", range(3))
async def test_no_change_is_missed(runs: RunRepository, history: Path, seed: int) -> None:
    chance = random.Random(seed)
    await runs.insert_intent(make_run(0))
    for number in range(1, 60):
        known = f"run-{chance.randrange(number):05}"
        await runs.insert_intent(make_run(number, **_some_changes(chance)))
        await runs.update(known, **_some_changes(chance))
        if number % 7 == 0:
            await runs.hide([known])
        if number % 11 == 0:
            await runs.unhide([known])
        if number % 23 == 0:
            await runs.forget_hidden()
    assert peek(history, _TOLD) == peek(history, _TRUE)
    assert 0 < len(peek(history, _TRUE)) < 60


def _fits(run: RunRecord, asked: RunFilter) -> bool:
    text = f"{run.title} {run.note} {run.model} {run.error or ''}".replace("/", " ").split()
    return (
        (not asked.statuses or run.status in asked.statuses)
        and (not asked.models or any(part in run.model for part in asked.models))
        and (not asked.versions or any((run.version or "").startswith(part) for part in asked.versions))
        and (not asked.tags or any(tag in run.tags for tag in asked.tags))
        and (not asked.sources or run.source in asked.sources)
        and (not asked.is_cost_unknown or run.cost is None)
        and all(
            run.cost is not None
            and {">": run.cost > most, ">=": run.cost >= most, "<": run.cost < most, "<=": run.cost <= most}[sign]
            for sign, most in asked.costs
        )
        and all(any(each.startswith(word.text) for each in text) for word in asked.words)
        and all(any(each.startswith(word.text) for each in run.note.split()) for word in asked.notes)
    )


@pytest.mark.parametrize("rare", [100_000, 12, -1])
async def test_every_combination_finds_what_looking_at_each_run_finds(
    runs: RunRepository, rare: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facet_search, "_RARE_OF_ONE", rare)
    monkeypatch.setattr(facet_search, "_RARE_OF_SEVERAL", rare)
    chance = random.Random(7)
    everything = []
    for number in range(80):
        tags = chance.choice(((), ("dear",), ("dear", "odd")))
        await runs.insert_intent(make_run(number, input={}, tags=tags, **_some_changes(chance)))
        run = await runs.get(f"run-{number:05}")
        assert run is not None
        everything.append(run)
    parts = ("fog", "sea", "ove sea", "b", "status:succ", "status:st", "model:a/b", "model:meta,bc", "version:v")
    parts += ("version:v2", "source:web", "cost>0.1", "cost<=0.25", "cost:unknown", "note:lat", "status:canceled")
    parts += ("tag:odd", "tag:dear,none", "tag:none")
    for _ in range(150):
        line = " ".join(chance.sample(parts, chance.randrange(1, 4)))
        asked = parse_filter(line)
        expected = [run.id for run in reversed(everything) if _fits(run, asked)]
        assert [row.id for row in await runs.rows(asked)] == expected, line
        assert (await runs.totals(asked)).count == len(expected), line


async def test_a_history_rescued_answers_its_filters(history: Path) -> None:
    async with Database(history) as database:
        for number in range(30):
            await RunRepository(database).insert_intent(make_run(number, status="failed", version=f"v{number % 3}"))
    content = bytearray(history.read_bytes())
    (page,) = peek(history, "select min(pageno) from dbstat where name = 'run_facets'")[0]
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    history.write_bytes(content)
    async with Database(history) as database:
        assert "30 runs" in database.notices[0]
        assert len(await RunRepository(database).rows(parse_filter("status:failed version:v1 lighthouse"))) == 10
