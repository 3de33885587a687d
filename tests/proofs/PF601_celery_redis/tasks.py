"""A task whose result nobody asks for, with broker and backend in Redis."""

import os

from celery import Celery

REDIS_URL = os.environ["REDIS_URL"]
app = Celery("audit", broker=REDIS_URL, backend=REDIS_URL)
written: list[int] = []


@app.task
def write_audit_event(number: int) -> None:
    written.append(number)
