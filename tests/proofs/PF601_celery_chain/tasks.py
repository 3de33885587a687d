"""A chain whose result nobody asks for: the values go from task to task in the messages."""

from celery import Celery

app = Celery("prices", broker="memory://", backend="cache+memory://")
written: list[int] = []


@app.task
def with_tax(price: int) -> int:
    return price * 6 // 5


@app.task
def write_price(price: int) -> None:
    written.append(price)
