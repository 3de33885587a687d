"""Django on SQLite in memory, with statements and rows counted."""

import importlib

import django
from django.conf import settings

from counting.fetched import Counters, counting_cursor

TRANSACTION_CONTROL = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")


def start(app: str) -> Counters:
    """Configure Django for the one application `app`, create its tables, and count from there on.

    Transaction control is left out, because SQLAlchemy's instrument does not see it either.
    """
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[app],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    create_tables(app)
    return instrument()


def create_tables(app: str) -> None:
    from django.apps import apps
    from django.db import connection

    importlib.import_module(f"{app}.models")
    with connection.schema_editor() as editor:
        for model in apps.get_app_config(app).get_models():
            editor.create_model(model)


def instrument() -> Counters:
    from django.db import connection
    from django.db.backends.sqlite3.base import SQLiteCursorWrapper

    counters = Counters()
    cursor = counting_cursor(SQLiteCursorWrapper, counters)
    connection.create_cursor = lambda name=None: connection.connection.cursor(factory=cursor)

    def count(execute, sql, params, many, context):
        counters.queries += not sql.startswith(TRANSACTION_CONTROL)
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(count)
    return counters
