"""A task with an event loop of its own, and a session for each item."""

import asyncio
import os

import aiohttp
from celery import Celery

UPSTREAM = os.environ["UPSTREAM"]
app = Celery("sync")


async def push(number: int) -> str:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{UPSTREAM}/items/{number}") as response:
            return (await response.json())["path"]


async def push_all(numbers: list[int]) -> list[str]:
    return [await push(number) for number in numbers]


@app.task(ignore_result=True)
def push_batch(numbers: list[int]) -> list[str]:
    return asyncio.run(push_all(numbers))
