"""20 requests: the clients stay apart, each with its own connection, and share one TLS context."""

import os

from fastapi.testclient import TestClient

from counting.http_server import counting_server
from counting.report import report
from counting.tls_contexts import counted_contexts

with counting_server() as upstream:
    os.environ["UPSTREAM"] = upstream.url
    from app import app

    with TestClient(app) as client, counted_contexts() as contexts:
        result = [client.get(f"/rates/{n}").json() for n in range(20)]
report(result, contexts=contexts.call_count, connections=upstream.connections)
