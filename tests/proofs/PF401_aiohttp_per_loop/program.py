"""Three tasks, so three event loops: a session that outlives its loop would fail in the next one."""

import os

from counting.http_server import counting_server
from counting.report import report

with counting_server() as upstream:
    os.environ["UPSTREAM"] = upstream.url
    import tasks

    result = [tasks.push_batch(list(range(start, start + 10))) for start in (0, 10, 20)]
report(result, connections=upstream.connections)
