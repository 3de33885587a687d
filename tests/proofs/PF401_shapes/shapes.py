"""A client for each item, in the shapes that one is written in; the server hands out a cookie with every answer."""

import asyncio
import os

import aiohttp
import httpx
import requests
import urllib3

UPSTREAM = os.environ["UPSTREAM"]


async def aiohttp_items(number: int) -> dict:
    async with aiohttp.ClientSession() as session, session.get(f"{UPSTREAM}/items/{number}") as response:
        return await response.json()


async def aiohttp_closed(number: int) -> dict:
    session = aiohttp.ClientSession(headers={"X-Number": str(number)}, timeout=aiohttp.ClientTimeout(total=5))
    try:
        response = await session.get(f"{UPSTREAM}/closed/{number}")
        return await response.json()
    finally:
        await session.close()


async def httpx_moved(number: int) -> dict:
    async with httpx.AsyncClient(headers={"X-Number": str(number)}, params={"page": number}, timeout=5) as client:
        response = await client.get(f"{UPSTREAM}/moved")
    return response.json()


async def httpx_stream(number: int) -> str:
    async with httpx.AsyncClient() as client:
        async with client.stream("GET", f"{UPSTREAM}/stream/{number}") as response:
            return "".join([text async for text in response.aiter_text()])


async def httpx_leak(number: int) -> dict:
    client = httpx.AsyncClient()
    response = await client.get(f"{UPSTREAM}/leak/{number}")
    return response.json()


async def httpx_base(number: int) -> dict:
    async with httpx.AsyncClient(base_url=UPSTREAM) as client:
        return (await client.get(f"/base/{number}")).json()


def httpx_sync(number: int) -> dict:
    with httpx.Client(timeout=5) as client:
        return client.get(f"{UPSTREAM}/sync/{number}").json()


def httpx_inline(number: int) -> dict:
    return httpx.Client(headers={"X-Number": str(number)}).get(f"{UPSTREAM}/inline/{number}").json()


def requests_session(number: int) -> dict:
    with requests.Session() as session:
        return session.get(f"{UPSTREAM}/session/{number}", timeout=5).json()


def urllib3_pool(number: int) -> dict:
    http = urllib3.PoolManager()
    return http.request("GET", f"{UPSTREAM}/pool/{number}").json()


async def ask(numbers: list[int]) -> list:
    found = []
    for number in numbers:
        found += [await aiohttp_items(number), await aiohttp_closed(number), await httpx_moved(number)]
        found += [await httpx_stream(number), await httpx_leak(number), await httpx_base(number)]
    return found


def ask_all(numbers: list[int]) -> list:
    found = asyncio.run(ask(numbers))
    for number in numbers:
        found += [httpx_sync(number), httpx_inline(number), requests_session(number), urllib3_pool(number)]
    return found
