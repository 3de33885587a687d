"""Where prices come from."""

from celery import chain
from tasks import with_tax, write_price


def update(prices: range) -> None:
    for price in prices:
        chain(with_tax.s(price), write_price.s()).apply_async()
