"""A task whose result nobody asks for."""

from celery import Celery

app = Celery("audit", broker="memory://", backend="cache+memory://")
written: list[int] = []


@app.task
def write_audit_event(number: int) -> None:
    written.append(number)
