"""Answers of the service kept for offline use, and the models this machine has seen."""

import sqlite3

_STATEMENTS = (
    """
    create table documents (
        key text primary key,
        fetched_at integer not null,
        size integer not null,
        body text not null
    )
    """,
    "create index documents_by_age on documents (fetched_at, size)",
    """
    create table models (
        number integer primary key,
        name text not null unique,
        description text not null default '',
        tags text not null default '[]',
        run_count integer,
        is_official integer not null default 0,
        visibility text not null default 'public',
        extra text not null default '{}',
        seen_at integer not null,
        pinned_at integer,
        opened_at integer
    )
    """,
    "create index models_by_run_count on models (run_count desc)",
    "create index models_pinned on models (pinned_at) where pinned_at is not null",
    "create index models_opened on models (opened_at) where opened_at is not null",
    """
    create virtual table models_fts using fts5 (
        name, description, tags,
        content = 'models', content_rowid = 'number', tokenize = 'unicode61', prefix = '1 2 3'
    )
    """,
    """
    create trigger models_fts_insert after insert on models begin
        insert into models_fts (rowid, name, description, tags)
        values (new.number, new.name, new.description, new.tags);
    end
    """,
    """
    create trigger models_fts_delete after delete on models begin
        insert into models_fts (models_fts, rowid, name, description, tags)
        values ('delete', old.number, old.name, old.description, old.tags);
    end
    """,
    """
    create trigger models_fts_update after update of name, description, tags on models begin
        insert into models_fts (models_fts, rowid, name, description, tags)
        values ('delete', old.number, old.name, old.description, old.tags);
        insert into models_fts (rowid, name, description, tags)
        values (new.number, new.name, new.description, new.tags);
    end
    """,
)


def apply(connection: sqlite3.Connection) -> None:
    for statement in _STATEMENTS:
        connection.execute(statement)
