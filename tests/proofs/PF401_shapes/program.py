"""Ten shapes, five items each. What the server is sent, cookies included, is part of the result."""

import json
import os
import threading
import warnings
from http.server import BaseHTTPRequestHandler

from counting.http_server import CountingServer
from counting.report import report


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent, and a cookie that must not come back."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        sent = {name: self.headers.get(name) for name in ("X-Number", "Cookie")}
        body = json.dumps({"path": self.path, **sent}).encode()
        self.send_response(200)
        self.send_header("Set-Cookie", "sid=ALICE; Path=/")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: standard output belongs to the report."""


with CountingServer(("127.0.0.1", 0), Echo) as upstream:
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    os.environ["UPSTREAM"] = upstream.url
    warnings.simplefilter("ignore")
    import shapes

    result = shapes.ask_all([1, 2, 3, 4, 5])
    upstream.shutdown()
report(result, connections=upstream.connections)
