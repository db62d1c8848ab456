"""An index of statuses, so that the few runs of a rare one are not looked for among all."""

import sqlite3


def apply(connection: sqlite3.Connection) -> None:
    connection.execute("create index run_facets_by_status on run_facets (status)")
