"""How often a TLS context is built: each costs some 20 ms, for reading the authorities' certificates."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock


@contextmanager
def counted_contexts() -> Iterator[mock.Mock]:
    """Every library here builds its contexts by ssl.create_default_context; read `call_count`."""
    with mock.patch.object(ssl, "create_default_context", wraps=ssl.create_default_context) as build:
        yield build
