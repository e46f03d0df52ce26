"""Writing a new row without compiling its statement anew each time, where that would be a large part of the work."""

from functools import lru_cache

from django.db import connection, models


def insert(row: models.Model) -> None:
    """Write a new row whose key is known already: `save(force_insert=True)` with its statement kept.

    Sends no signals. Raises what the database does (IntegrityError, OperationalError).
    """
    fields = row._meta.local_concrete_fields
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_statement(type(row), connection.vendor), values)
    row._state.adding, row._state.db = False, connection.alias


@lru_cache
def _statement(model: type[models.Model], _vendor: str) -> str:
    quote = connection.ops.quote_name
    columns = [quote(str(field.column)) for field in model._meta.local_concrete_fields]
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 (names of the model's own)
