"""Runs, their tags, and the index of their words.

`seq` is the moment of submission in microseconds, made unique: the order of the rows is the order in time, so one
integer serves as the page cursor, as the bound of `since:` and `before:`, and as the newest-first order of the word
index, also for old runs that are learnt of late.
"""

import sqlite3

_STATEMENTS = (
    # The columns a list shows come first: a row's long texts spill to pages that a list then never reads.
    """
    create table runs (
        seq integer primary key,
        id text not null unique,
        hidden integer not null default 0,
        kind text not null,
        origin text not null,
        account text not null default '',
        remote_id text,
        model text not null,
        version text,
        deployment text,
        source text not null,
        status text not null,
        title text not null default '',
        submitted_at integer not null,
        created_at integer,
        started_at integer,
        completed_at integer,
        seconds real,
        file_count integer not null default 0,
        saved text not null,
        deadline text,
        data_removed integer not null default 0,
        folder text,
        input_hash text not null default '',
        error text,
        note text not null default '',
        metrics text not null default '{}',
        urls text not null default '{}',
        options text not null default '{}',
        files text not null default '[]',
        input text not null default '{}',
        input_text text not null default '',
        output text
    )
    """,
    "create unique index runs_by_remote_id on runs (origin, remote_id) where remote_id is not null",
    # All that a filter can ask of a run except its words and tags: any filter is answered from this index alone.
    "create index runs_facets on runs (hidden, seq, kind, status, source, model, version, account, seconds)",
    "create index runs_by_model on runs (model, seq)",
    """
    create index runs_unfinished on runs (seq)
    where hidden = 0 and status not in ('succeeded', 'failed', 'canceled', 'aborted', 'not sent', 'gone')
    """,
    """
    create index runs_unsaved on runs (seq)
    where hidden = 0 and status = 'succeeded' and saved in ('not yet', 'saving', 'partly saved', 'not saved')
    """,
    """
    create table run_tags (
        tag text not null,
        seq integer not null references runs (seq) on delete cascade,
        primary key (tag, seq)
    ) without rowid
    """,
    "create index run_tags_by_run on run_tags (seq)",
    """
    create virtual table runs_fts using fts5 (
        title, model, input_text, error, note,
        content = 'runs', content_rowid = 'seq', tokenize = 'unicode61', prefix = '1 2'
    )
    """,
    """
    create trigger runs_fts_insert after insert on runs begin
        insert into runs_fts (rowid, title, model, input_text, error, note)
        values (new.seq, new.title, new.model, new.input_text, new.error, new.note);
    end
    """,
    """
    create trigger runs_fts_delete after delete on runs begin
        insert into runs_fts (runs_fts, rowid, title, model, input_text, error, note)
        values ('delete', old.seq, old.title, old.model, old.input_text, old.error, old.note);
    end
    """,
    """
    create trigger runs_fts_update after update of title, model, input_text, error, note on runs
    when old.title is not new.title or old.model is not new.model or old.input_text is not new.input_text
        or old.error is not new.error or old.note is not new.note
    begin
        insert into runs_fts (runs_fts, rowid, title, model, input_text, error, note)
        values ('delete', old.seq, old.title, old.model, old.input_text, old.error, old.note);
        insert into runs_fts (rowid, title, model, input_text, error, note)
        values (new.seq, new.title, new.model, new.input_text, new.error, new.note);
    end
    """,
)


def apply(connection: sqlite3.Connection) -> None:
    for statement in _STATEMENTS:
        connection.execute(statement)
