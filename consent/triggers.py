"""Triggers as SQLite and PostgreSQL write them: make, drop, and compare with what the database keeps."""

from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper


@dataclass(frozen=True)
class Guard:
    """Refuses an event on a table where the condition (SQL, of OLD and NEW) holds; an empty one holds always."""

    table: str
    suffix: str
    event: str
    condition: str = ""
    message: str = "what is recorded here is only added to"

    @property
    def name(self) -> str:
        return f"{self.table}_{self.suffix}"

    @property
    def kept(self) -> str:
        """What the database keeps of the guard: the trigger in SQLite, its function's body in PostgreSQL."""
        refusal = f"{self.name}: {self.message}"
        if connection.vendor != "postgresql":
            when = f"WHEN {self.condition} " if self.condition else ""
            head = f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} {when}"
            return f"{head}BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        row = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(self.event, "NEW")
        raising = f"RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation';"
        return f"BEGIN IF {self.condition or 'TRUE'} THEN {raising} END IF; RETURN {row}; END"

    @property
    def making(self) -> list[str]:
        """The SQL that makes the guard."""
        if connection.vendor != "postgresql":
            return [self.kept]
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        when = f"BEFORE {self.event} ON {self.table} FOR EACH {each}"
        return [_function(self.name, self.kept), f"CREATE TRIGGER {self.name} {when} EXECUTE FUNCTION {self.name}()"]


@dataclass(frozen=True)
class Queue:
    """Notes the key of every row that is added to a table in another table, in the same transaction."""

    table: str
    key: str
    queue: str
    column: str

    @property
    def name(self) -> str:
        return f"{self.table}_waits"

    @property
    def kept(self) -> str:
        into = f"INSERT INTO {self.queue} ({self.column})"
        if connection.vendor != "postgresql":
            head = f"CREATE TRIGGER {self.name} AFTER INSERT ON {self.table}"
            return f"{head} BEGIN {into} VALUES (NEW.{self.key}); END"
        return f"BEGIN {into} SELECT {self.key} FROM added; RETURN NULL; END"  # noqa: S608 (names from the models)

    @property
    def making(self) -> list[str]:
        if connection.vendor != "postgresql":
            return [self.kept]
        when = f"AFTER INSERT ON {self.table} REFERENCING NEW TABLE AS added FOR EACH STATEMENT"
        return [_function(self.name, self.kept), f"CREATE TRIGGER {self.name} {when} EXECUTE FUNCTION {self.name}()"]


def make(cursor: CursorWrapper, trigger: Guard | Queue) -> None:
    """Make a trigger, in place of one of the same name."""
    drop(cursor, trigger)
    for statement in trigger.making:
        cursor.execute(statement)


def drop(cursor: CursorWrapper, trigger: Guard | Queue) -> None:
    """Drop a trigger where it stands."""
    if connection.vendor == "postgresql":
        cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name} ON {trigger.table}")
    else:
        cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}")


def kept(cursor: CursorWrapper) -> dict[str, str]:
    """Return what the database keeps of every trigger that is switched on, by name."""
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND pg_table_is_visible(pg_class.oid)"
        )
    else:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    return dict(cursor.fetchall())


def _function(name: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$"
