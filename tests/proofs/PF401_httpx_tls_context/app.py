"""A route that builds an httpx client for each request."""

import os

import httpx
from fastapi import FastAPI

UPSTREAM = os.environ["UPSTREAM"]
app = FastAPI()


@app.get("/rates/{currency}")
def rate(currency: str):
    with httpx.Client(timeout=5) as client:
        return client.get(f"{UPSTREAM}/rates/{currency}").json()
