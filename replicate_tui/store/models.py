"""The models this machine has seen: found by word without the service, pinned, and remembered when opened."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from replicate_tui.store.codec import from_json, from_micros, mapping_from_json, to_json, to_micros, to_text
from replicate_tui.store.database import Database
from replicate_tui.store.records import SeenModel
from replicate_tui.store.words import match_expression, parse_words

_COLUMNS: Final = (
    "m.name, m.description, m.tags, m.run_count, m.is_official, m.visibility, m.extra, m.pinned_at, m.opened_at"
)
_LARGEST_INTEGER: Final = 2**63 - 1


class ModelRepository:
    """Keeps seen models; see Database for the failures every method may raise."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def upsert_models(self, models: Iterable[SeenModel]) -> None:
        """Learn `models` by name; pins and openings of known ones stay, and so does what `extra` does not tell anew."""
        seen_at = to_micros(datetime.now(UTC))
        rows = [_values(model, seen_at) for model in models]

        def change(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "insert into models (name, description, tags, run_count, is_official, visibility, extra, seen_at)"
                " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (name) do update set"
                " description = excluded.description, tags = excluded.tags, run_count = excluded.run_count,"
                " is_official = excluded.is_official, visibility = excluded.visibility,"
                " extra = case when json_valid(extra) then json_patch(extra, excluded.extra) else excluded.extra end,"
                " seen_at = excluded.seen_at",
                rows,
            )

        if rows:
            await self._database.write(change)

    async def local_search(self, query: str, limit: int = 50) -> list[SeenModel]:
        """Return models whose name, description or tags hold every word of `query`, or a word that begins with it.

        Those with all words in their name come first, then by runs. An empty query finds nothing.
        """
        words = parse_words(query)
        if not words:
            return []
        expression = match_expression(words)

        def search(connection: sqlite3.Connection) -> list[SeenModel]:
            in_name = _found(connection, f"name : ({expression})", limit)
            if len(in_name) >= limit:
                return in_name
            known = {model.name for model in in_name}
            anywhere = _found(connection, expression, limit + len(in_name))
            return [*in_name, *(model for model in anywhere if model.name not in known)][:limit]

        return await self._database.read(search)

    async def popular(self, limit: int = 50) -> list[SeenModel]:
        """Return the models with the most runs."""
        return await self._select("where m.run_count is not null order by m.run_count desc limit ?", (limit,))

    async def pinned(self) -> list[SeenModel]:
        """Return the pinned models in the order they were pinned."""
        return await self._select("where m.pinned_at is not null order by m.pinned_at")

    async def pinned_names(self) -> list[str]:
        """Return the names of the pinned models, without reading what else is known of them."""
        query = "select name from models where pinned_at is not null"
        return await self._database.read(lambda connection: [row[0] for row in connection.execute(query)])

    async def recent(self, limit: int = 20) -> list[SeenModel]:
        """Return the models opened last, latest first."""
        return await self._select("where m.opened_at is not null order by m.opened_at desc limit ?", (limit,))

    async def get(self, name: str) -> SeenModel | None:
        return next(iter(await self._select("where m.name = ?", (to_text(name),))), None)

    async def named(self, names: Sequence[str]) -> list[SeenModel]:
        """Return the models of `names` in that order; of one that was never seen, its name is known."""
        wanted = [to_text(name) for name in names]
        among = "where m.name in (select value from json_each(?))"
        known = {model.name: model for model in await self._select(among, (to_json(wanted),))}
        return [known.get(name) or SeenModel(name=name) for name in wanted]

    async def pin(self, model: SeenModel) -> None:
        await self._mark(model, "pinned_at")

    async def unpin(self, name: str) -> None:
        await self._database.write(
            lambda connection: connection.execute("update models set pinned_at = null where name = ?", (to_text(name),))
        )

    async def forget(self, name: str) -> None:
        """Drop a model that is no more, its pin with it."""
        await self._database.write(
            lambda connection: connection.execute("delete from models where name = ?", (to_text(name),))
        )

    async def remember_opened(self, model: SeenModel) -> None:
        await self._mark(model, "opened_at")

    async def _mark(self, model: SeenModel, column: str) -> None:
        moment = to_micros(datetime.now(UTC))
        values = _values(model, moment)

        def change(connection: sqlite3.Connection) -> None:
            connection.execute(
                "insert or ignore into models"
                " (name, description, tags, run_count, is_official, visibility, extra, seen_at)"
                " values (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            connection.execute(f"update models set {column} = ? where name = ?", (moment, values[0]))  # noqa: S608  (our own names)

        await self._database.write(change)

    async def _select(self, rest: str, values: Sequence[Any] = ()) -> list[SeenModel]:
        return await self._database.read(
            lambda connection: [
                _model(row)
                for row in connection.execute(f"select {_COLUMNS} from models m {rest}", values)  # noqa: S608  (our own words)
            ]
        )


def _found(connection: sqlite3.Connection, expression: str, limit: int) -> list[SeenModel]:
    rows = connection.execute(
        f"select {_COLUMNS} from models m where m.number in (select rowid from models_fts where models_fts match ?)"  # noqa: S608
        " order by m.run_count desc nulls last, m.name limit ?",
        (expression, limit),
    )
    return [_model(row) for row in rows]


def _values(model: SeenModel, seen_at: int) -> tuple[Any, ...]:
    run_count = None if model.run_count is None else min(model.run_count, _LARGEST_INTEGER)
    return (
        to_text(model.name),
        to_text(model.description),
        to_json(list(model.tags)),
        run_count,
        int(model.is_official),
        to_text(model.visibility),
        to_json(dict(model.extra)),
        seen_at,
    )


def _model(row: tuple[Any, ...]) -> SeenModel:
    name, description, tags, run_count, is_official, visibility, extra, pinned_at, opened_at = row
    known_tags = from_json(tags, [])
    return SeenModel(
        name=name,
        description=description,
        tags=tuple(str(tag) for tag in known_tags) if isinstance(known_tags, list) else (),
        run_count=run_count,
        is_official=bool(is_official),
        visibility=visibility,
        extra=mapping_from_json(extra),
        pinned_at=from_micros(pinned_at),
        opened_at=from_micros(opened_at),
    )
