"""Drafts and presets of forms, and the small things that are remembered between starts."""

import sqlite3

_STATEMENTS = (
    """
    create table drafts (
        target text primary key,
        "values" text not null,
        options text not null,
        changed_at integer not null
    )
    """,
    """
    create table presets (
        target text not null,
        name text not null,
        "values" text not null,
        saved_at integer not null,
        primary key (target, name)
    )
    """,
    "create table remembered (key text primary key, value text not null)",
)


def apply(connection: sqlite3.Connection) -> None:
    for statement in _STATEMENTS:
        connection.execute(statement)
