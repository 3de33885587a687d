"""Celery: where results are stored, and who reads them."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from project_builder import project

from perflint.project.celery import Backend, CeleryFacts, ResultUse, UseState
from perflint.project.symbols import Kind, Symbol


def celery(files: dict[str, str]) -> CeleryFacts:
    texts = {Path(path): textwrap.dedent(source) for path, source in files.items()}
    return CeleryFacts.of(project(files), texts.__getitem__)


APP = "from celery import Celery\napp = Celery('shop', broker='redis://h/0')\n"
DJANGO = "from celery import Celery\napp = Celery('shop')\napp.config_from_object('django.conf:settings', namespace='CELERY')\n"
FLASK = "from celery import Celery\ndef make(flask):\n    c = Celery(flask.name)\n    c.config_from_object(Config)\n    return c\n"

BACKENDS = {
    "none given": ({"celery_app.py": APP}, Backend.NONE),
    "argument": ({"celery_app.py": APP.replace("'shop'", "'shop', backend='redis://h/1'")}, Backend.SET),
    "None as argument": ({"celery_app.py": APP.replace("'shop'", "'shop', backend=None")}, Backend.NONE),
    "disabled": ({"celery_app.py": APP.replace("'shop'", "'shop', backend='disabled://'")}, Backend.NONE),
    "update": ({"celery_app.py": APP + "app.conf.update(result_backend='rpc://')"}, Backend.SET),
    "update by a dictionary": ({"celery_app.py": APP + "app.conf.update({'result_backend': 'rpc://'})"}, Backend.SET),
    "attribute": ({"celery_app.py": APP + "app.conf.result_backend = 'db+sqlite://'"}, Backend.SET),
    "item": ({"celery_app.py": APP + "app.conf['result_backend'] = 'db+sqlite://'"}, Backend.SET),
    "django settings": ({"c.py": DJANGO, "shop/settings.py": "CELERY_RESULT_BACKEND = 'django-db'"}, Backend.SET),
    "django settings say None": ({"c.py": DJANGO, "shop/settings.py": "CELERY_RESULT_BACKEND = None"}, Backend.NONE),
    "django settings say nothing": ({"c.py": DJANGO, "shop/settings.py": "DEBUG = True"}, Backend.NONE),
    "module": ({"c.py": APP + "app.config_from_object('celeryconfig')", "celeryconfig.py": "result_backend = 'rpc://'"}, Backend.SET),
    "module not here": ({"c.py": APP + "app.config_from_object('elsewhere')"}, Backend.UNKNOWN),
    "environment file": ({"c.py": APP + "app.config_from_envvar('CELERY_CONFIG')"}, Backend.UNKNOWN),
    "class": ({"c.py": FLASK + "class Config:\n    result_backend = 'rpc://'"}, Backend.SET),
    "dictionary": ({"c.py": APP, "config.py": "CELERY = {'result_backend': 'redis://h'}"}, Backend.SET),
    "environment with default": ({"c.py": "import os\n" + APP + "app.conf.result_backend = os.getenv('B', 'redis://h')"}, Backend.SET),
    "environment, empty default": ({"c.py": "import os\n" + APP + "app.conf.result_backend = os.getenv('B', '')"}, Backend.NONE),
    "environment without default": ({"c.py": "import os\n" + APP + "app.conf.result_backend = os.getenv('B')"}, Backend.UNKNOWN),
    "required environment": ({"c.py": "import os\n" + APP + "app.conf.result_backend = os.environ['B']"}, Backend.SET),
    "name of a constant": ({"c.py": "URL = 'redis://h'\n" + APP + "app.conf.result_backend = URL"}, Backend.SET),
    "field of a settings object": (
        {"c.py": "class S:\n    url: str = 'redis://h'\ns = S()\n" + APP + "app.conf.result_backend = s.url"}, Backend.SET,
    ),
    "only a test says so": ({"c.py": APP, "tests/conftest.py": "CELERY_RESULT_BACKEND = 'cache+memory://'"}, Backend.NONE),
    "no app here": ({"tasks.py": "from celery import shared_task"}, Backend.UNKNOWN),
    "app of an organisation": ({"c.py": "from org.celery import OrgCelery\napp = OrgCelery()\napp.config_from_object(x)"}, Backend.UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize("case", BACKENDS)
def test_backend(case: str) -> None:
    files, expected = BACKENDS[case]
    assert celery(files).backend is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", False),
        ("app.conf.task_ignore_result = True", True),
        ("app.conf.task_ignore_result = False", False),
        ("app.conf.update(task_ignore_result=True)", True),
        ("CELERY_TASK_IGNORE_RESULT = True", True),
        ("CELERY_IGNORE_RESULT = True", True),
        ("CELERY = {'task_ignore_result': True}", True),
        ("import os\nCELERY_TASK_IGNORE_RESULT = os.getenv('X')", True),
        ("app.conf.task_annotations = {'*': {'ignore_result': True}}", True),
        ("app.conf.task_annotations = {'a.b': {'ignore_result': True}}", False),
    ],
)
def test_results_ignored_globally(line: str, *, expected: bool) -> None:
    assert celery({"celery_app.py": APP + line}).ignored_globally is expected


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("@app.task", None),
        ("@app.task(ignore_result=True)", True),
        ("@shared_task(bind=True, ignore_result=False)", False),
        ("@app.task(base=Quiet)", True),
        ("@app.task(base=Quiet, ignore_result=False)", False),
    ],
)
def test_option_of_the_task(decorator: str, *, expected: bool | None) -> None:
    base = "from celery import Task, shared_task\nclass Base(Task):\n    ignore_result = True\nclass Quiet(Base): ...\n"
    facts = celery({"t.py": APP + base + decorator + "\ndef f(self): ..."})
    assert facts.tasks[Symbol(Kind.FUNCTION, "f", "t")].ignores_result is expected


def test_class_based_task() -> None:
    facts = celery({"t.py": APP + "class Sync(app.Task):\n    ignore_result = True\n    def run(self): ..."})
    assert facts.tasks[Symbol(Kind.FUNCTION, "Sync.run", "t")].ignores_result is True


def use(body: str, task: str = "def send(x): ...", **more: str) -> ResultUse:
    tasks = f"from celery import Celery, current_task\nfrom celery.exceptions import Ignore\napp = Celery('x')\n@app.task(bind={'self' in task})\n{task}\n"
    files = {"shop/tasks.py": tasks, "shop/views.py": f"from shop.tasks import app, send\n{body}", **more}
    return celery(files).verdict(Symbol(Kind.FUNCTION, "send", "shop.tasks"))


UNREAD = [
    "def f(): send.delay(1)",
    "def f(): send.apply_async((1,), countdown=5)",
    "def f(xs):\n    for x in xs:\n        send.delay(x)",
    "def f(xs): [send.delay(x) for x in xs]",
    "def f():\n    r = send.delay(1)",
    "def f():\n    r = send.delay(1)\n    logger.info('sent %s', r.id)",
    "def f():\n    r = send.delay(1)\n    print(f'sent {r.id}')",
    "def f(): transaction.on_commit(lambda: send.delay(1))",
    "def f(): transaction.on_commit(partial(send.delay, 1))",
    "def f(): send.delay_on_commit(1)",
    "async def f(): await sync_to_async(send.delay)(1)",
    "def f(flag):\n    t = send\n    t.apply_async()",
    "def f(): app.send_task('shop.tasks.send', (1,))",
    "def f(): other.apply_async(link=send.s())",
    "def f(): app.add_periodic_task(60, send.s(1))",
    "SCHEDULE = {'x': {'task': 'shop.tasks.send', 'schedule': 60}}",
    "def f(): send.delay(1); send(2)",
    "import inspect\ndef f(g): send.delay(1); inspect.signature(g)",
]

READ = [
    "def f(): return send.delay(1).get()",
    "def f():\n    r = send.delay(1)\n    r.wait(timeout=3)",
    "def f():\n    r = send.apply_async()\n    while not r.ready(): pass",
    "def f():\n    r = send.delay(1)\n    return {'state': r.state}",
    "def f(pk): return send.AsyncResult(pk).state",
]

UNKNOWN = [
    "",
    "def f(): return send.delay(1)",
    "def f():\n    r = send.delay(1)\n    return {'task_id': r.id}",
    "def f(job):\n    job.task_id = send.delay(1).id",
    "def f(self):\n    self.result = send.delay(1)",
    "def f(xs): return [send.delay(x) for x in xs]",
    "def f(rs): rs.append(send.delay(1))",
    "from celery import group\ndef f(xs): group(send.s(x) for x in xs).apply_async()",
    "from celery import chord\ndef f(xs): chord([send.si(x) for x in xs])(done.s())",
    "def f(): (send.s(1) | other.s()).delay()",
    "def f(xs): send.chunks(xs, 10).apply_async()",
    "from celery import signature\ndef f(): signature('shop.tasks.send').delay()",
    "def f(name): send.delay(1); return app.send_task(name)",
    "def f(): return app.send_task('shop.tasks.send')",
    "def f(): send.apply_async(ignore_result=False)",
    "HANDLERS = {'send': send}\ndef f(): send.delay(1)",
    "def f(xs): return list(map(send.delay, xs))",
    "from celery.result import AsyncResult\ndef f(): send.delay(1)\ndef g(pk): return AsyncResult(pk).state",
    "def f(): send.delay(1)\ndef g(pk): return app.AsyncResult(pk)",
    "def f(name): send.delay(1); return app.tasks[name].delay()",
]


@pytest.mark.parametrize("body", UNREAD)
def test_result_is_unread(body: str) -> None:
    found = use(body)
    assert (found.state, found.reasons) == (UseState.UNREAD, ())


@pytest.mark.parametrize("body", READ)
def test_result_is_read(body: str) -> None:
    assert use(body).state is UseState.READ


@pytest.mark.parametrize("body", UNKNOWN)
def test_result_may_be_read(body: str) -> None:
    found = use(body)
    assert found.state is UseState.UNKNOWN and found.reasons


@pytest.mark.parametrize(
    "task",
    [
        "def send(self, x): self.update_state(state='PROGRESS')",
        "def send(self, x): self.backend.get('x')",
        "def send(self, x): raise self.replace(other.s())",
        "def send(self, x): report(self)",
        "def send(x): current_task.update_state(state='PROGRESS')",
        "def send(x): helper()\ndef helper(): current_task.update_state(state='PROGRESS')",
        "def send(x): raise Ignore()",
    ],
)
def test_body_that_needs_the_backend(task: str) -> None:
    assert use("def f(): send.delay(1)", task).state is UseState.UNKNOWN


def test_body_that_retries_needs_no_backend() -> None:
    assert use("def f(): send.delay(1)", "def send(self, x): raise self.retry(exc=x)").state is UseState.UNREAD


def test_barrier_in_a_test_reads_the_result() -> None:
    test = "from shop.tasks import send\ndef test_send(): send.delay(1).get()"
    found = use("def f(): send.delay(1)", **{"tests/test_send.py": test})
    assert found.state is UseState.READ
    assert [(site.path, site.line) for site in found.sites] == [(Path("tests/test_send.py"), 2)]


def test_dispatch_in_a_test_alone_is_no_dispatch() -> None:
    test = "from shop.tasks import send\ndef test_send(): send.delay(1)"
    assert use("", **{"tests/test_send.py": test}).state is UseState.UNKNOWN


def test_sites_of_an_unread_result_are_its_dispatches() -> None:
    found = use("def f(): send.delay(1)\ndef g(): send.delay(2)")
    assert [(site.path, site.line) for site in found.sites] == [(Path("shop/views.py"), 2), (Path("shop/views.py"), 3)]
