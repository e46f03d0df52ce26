"""Django's PostgreSQL, whose pool hands out no broken connection and asks the server about none that looks whole.

Django's own check (CONN_HEALTH_CHECKS) is a question and an answer before every request: a tenth of a decision's time.
"""

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection that works, as far as can be told. Raises psycopg.OperationalError without one."""
        connection = super().get_new_connection(conn_params)
        while self.pool and not is_alive(connection):
            connection.close()
            self.pool.putconn(connection)  # closed, so the pool makes another one
            connection = super().get_new_connection(conn_params)
        return connection


def is_alive(connection: "psycopg.Connection[Any]") -> bool:
    """Return whether an idle connection can be used.

    A server says nothing on an idle connection but that it ends it, or that a setting changed: only then it is asked.
    """
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if not poll.poll(0):
        return True
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.OperationalError:
        return False
    return True
