"""Connections to PostgreSQL that broke are replaced before anybody gets one."""

import contextlib
from typing import Any

import psycopg
import pytest
from django.db import connection

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="this is about PostgreSQL's pool"),
]


def idle() -> set[int]:
    """Return the server's processes behind the idle connections of this process's pool."""
    wrapper: Any = connection
    connection.ensure_connection()
    connection.close()
    with contextlib.ExitStack() as held:
        count = wrapper.pool.get_stats()["pool_available"]
        return {held.enter_context(wrapper.pool.connection()).info.backend_pid for _each in range(count)}


def process() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        number: int = cursor.fetchone()[0]
    return number


def test_a_connection_is_used_again() -> None:
    before = idle()
    assert process() in before


def test_a_connection_that_the_server_ended_is_not_handed_out() -> None:
    ended = idle()
    wrapper: Any = connection
    with psycopg.connect(**wrapper.get_connection_params(), autocommit=True) as other:
        for number in ended:
            other.execute("SELECT pg_terminate_backend(%s, 1000)", [number])
    assert process() not in ended


def test_what_the_server_says_of_its_settings_ends_no_connection() -> None:
    before = idle()
    wrapper: Any = connection
    with psycopg.connect(**wrapper.get_connection_params(), autocommit=True) as other:
        other.execute("ALTER SYSTEM SET application_name = 'renamed'")
        other.execute("SELECT pg_reload_conf()")
        other.execute("SELECT pg_sleep(0.2)")
        try:
            assert process() in before
        finally:
            other.execute("ALTER SYSTEM RESET application_name")
