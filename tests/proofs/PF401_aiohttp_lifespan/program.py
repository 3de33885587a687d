"""20 requests to a route that asks another server."""

import os

from fastapi.testclient import TestClient

from counting.http_server import counting_server
from counting.report import report

with counting_server() as upstream:
    os.environ["UPSTREAM"] = upstream.url
    from app import app

    with TestClient(app) as client:
        result = [client.get(f"/rates/{n}").json() for n in range(20)]
report(result, connections=upstream.connections)
