"""A Celery worker in a thread of this process, and what its tasks leave in the result backend."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from celery import Celery
from celery.contrib.testing.worker import start_worker

RESULT_KEY = "celery-task-meta-"


@contextmanager
def worker(app: Celery) -> Iterator[None]:
    # The memory transport looks for messages once a second unless told otherwise.
    app.conf.broker_transport_options = {"polling_interval": 0.01}
    with start_worker(app, pool="solo", perform_ping_check=False, loglevel="ERROR"):
        yield
        # Without being told, the worker notices its end only when waiting for messages times out.
        app.control.shutdown()


def wait_until(done: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the worker did not finish its tasks")
        time.sleep(0.02)


def stored_results(app: Celery) -> int:
    """Results in a `redis://` or `cache+memory://` backend, by their keys."""
    client = app.backend.client
    keys = client.scan_iter(match=f"{RESULT_KEY}*") if hasattr(client, "scan_iter") else client.cache
    names = (key.decode() if isinstance(key, bytes) else key for key in keys)
    return sum(name.startswith(RESULT_KEY) for name in names)
