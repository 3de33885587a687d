"""A route that opens an aiohttp session for each request, in an application that has a lifespan."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from fastapi import FastAPI

UPSTREAM = os.environ["UPSTREAM"]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.ready = True
    yield
    app.state.ready = False


app = FastAPI(lifespan=lifespan)


@app.get("/rates/{currency}")
async def rate(currency: str):
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{UPSTREAM}/rates/{currency}") as response:
            return await response.json()
