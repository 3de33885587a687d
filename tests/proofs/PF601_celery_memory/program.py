"""100 tasks, run by a real worker."""

import events
from tasks import app, written

from counting.celery_worker import stored_results, wait_until, worker
from counting.report import report

stored_before = stored_results(app)
with worker(app):
    events.record(range(100))
    wait_until(lambda: len(written) == 100)
report(sorted(written), stored=stored_results(app) - stored_before)
