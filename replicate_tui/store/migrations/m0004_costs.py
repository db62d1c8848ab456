"""What a run cost, as it was reckoned when the run ended: US dollars, null where nothing is known, and the basis."""

import sqlite3


def apply(connection: sqlite3.Connection) -> None:
    connection.execute("alter table runs add column cost real")
    connection.execute("alter table runs add column cost_basis text not null default ''")
