"""50 chains of two tasks, run by a real worker."""

import prices
from tasks import app, written

from counting.celery_worker import stored_results, wait_until, worker
from counting.report import report

stored_before = stored_results(app)
with worker(app):
    prices.update(range(50))
    wait_until(lambda: len(written) == 50)
report(sorted(written), stored=stored_results(app) - stored_before)
