"""Celery: where results are stored, and who reads them."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from project_builder import project

from perflint.project.callgraph import CallGraph
from perflint.project.celery import Backend, CeleryFacts, ResultUse, UseState
from perflint.project.symbols import Kind, Symbol
from perflint.project.trees import parser_of


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
    "Flask's mapping": ({"c.py": APP, "factory.py": "def make(app):\n    app.config.from_mapping(CELERY=dict(result_backend='rpc://'))"}, Backend.SET),
    "Flask's update": ({"c.py": APP, "factory.py": "def make(app):\n    app.config.update(CELERY_RESULT_BACKEND='rpc://')"}, Backend.SET),
    "update elsewhere": ({"c.py": APP, "d.py": "from c import app\napp.conf.update(result_backend='rpc://')"}, Backend.SET),
    "configuration given to the app": ({"c.py": "from celery import Celery\nC = {'result_backend': 'rpc://'}\napp = Celery(config_source=C)"}, Backend.SET),
    "configuration from elsewhere": ({"c.py": "from celery import Celery\nfrom conf import C\napp = Celery(config_source=C)"}, Backend.UNKNOWN),
    "namespace of its own": (
        {"c.py": DJANGO.replace("CELERY", "TASKS"), "shop/settings.py": "TASKS_RESULT_BACKEND = 'rpc://'"}, Backend.SET,
    ),
    "another namespace": (
        {"c.py": DJANGO.replace("CELERY", "TASKS"), "shop/settings.py": "CELERY_RESULT_BACKEND = 'rpc://'"}, Backend.NONE,
    ),
    "two apps with one": (
        {"a.py": APP, "b.py": APP.replace("'shop'", "'shop', backend='rpc://'")}, Backend.UNKNOWN,
    ),
    "two apps with two": (
        {"a.py": APP.replace("'shop'", "'a', backend='rpc://'"), "b.py": APP.replace("'shop'", "'b', backend='rpc://'")}, Backend.SET,
    ),
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
        ("app.conf.task_annotations = {'*': {'rate_limit': '10/s'}}", False),
        ("NOTES = {'*': {'ignore_result': True}}\napp.conf.task_annotations = NOTES", True),
        ("app.conf.task_annotations = (Annotate(),)", True),
        ("app.Task.ignore_result = True", True),
        ("class Quiet(app.Task):\n    ignore_result = True\napp.Task = Quiet", True),
        ("class Loud(app.Task): ...\napp.Task = Loud", False),
        ("from celery import Task\nclass Quiet(Task):\n    ignore_result = True\nother = Celery(task_cls=Quiet)", True),
        (
            "from celery import Task\nclass Quiet(Task):\n    ignore_result = True\nother = Celery(task_cls='celery_app:Quiet')",
            True,
        ),
        ("from elsewhere import Quiet\nother = Celery(task_cls=elsewhere)", True),
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


@pytest.mark.parametrize(
    ("decorator", "is_doubtful"),
    [
        ("@app.task(base=Plain)", False),
        ("@app.task(base=AbortableTask)", True),
        ("@app.task(base=unknown)", True),
        ("@app.task(**options)", True),
        ("@app.task(ignore_result=flag)", True),
        ("@ours", True),
        ("@shared_task", False),
    ],
)
def test_options_that_cannot_be_seen(decorator: str, *, is_doubtful: bool) -> None:
    before = "from celery import Task, shared_task\nfrom celery.contrib.abortable import AbortableTask\nclass Plain(Task): ...\n"
    ours = "def ours(f): return app.task(ignore_result=True)(f)\n"
    facts = celery({"t.py": APP + before + ours + decorator + "\ndef f(self): ..."})
    assert bool(facts.tasks[Symbol(Kind.FUNCTION, "f", "t")].doubt) is is_doubtful


def test_task_that_an_annotation_names() -> None:
    facts = celery(
        {
            "t.py": APP
            + "app.conf.task_annotations = {'t.f': {'ignore_result': True}}\n@app.task\ndef f(): ...\n@app.task\ndef g(): ..."
        }
    )
    assert [task.name for task in facts.tasks.values() if facts.is_told(task)] == ["t.f"]


def test_decorator_that_makes_the_task() -> None:
    facts = celery({"t.py": APP + "@logged\n@app.task\ndef f(): ..."})
    assert facts.tasks[Symbol(Kind.FUNCTION, "f", "t")].decorator == 1


def test_class_based_task() -> None:
    facts = celery({"t.py": APP + "class Sync(app.Task):\n    ignore_result = True\n    def run(self): ..."})
    task = facts.tasks[Symbol(Kind.FUNCTION, "Sync.run", "t")]
    assert task.ignores_result is True and facts.task(Symbol(Kind.CLASS, "Sync", "t")) is task


def test_abstract_class_is_no_task() -> None:
    assert not celery({"t.py": APP + "class Base(app.Task):\n    abstract = True\n    def run(self): ..."}).tasks


CLASS = APP + "class Sync(app.Task):\n    name = 'sync'\n    def run(self): ...\n"


@pytest.mark.parametrize(
    ("use", "state"),
    [
        ("Sync = app.register_task(Sync())\ndef f(): Sync.delay()", UseState.UNREAD),
        ("sync = app.register_task(Sync())\ndef f(): sync.delay()", UseState.UNREAD),
        ("sync = app.register_task(Sync())\ndef f(): return sync.delay().get()", UseState.READ),
        ("app.register_task(Sync())\ndef f(): Sync().apply_async()", UseState.UNREAD),
        ("app.register_task(Sync())\ndef f(): app.send_task('sync')", UseState.UNREAD),
        ("app.register_task(Sync())\ndef f(): return Sync().delay().id", UseState.UNKNOWN),
        ("def f(x): return x(Sync())", UseState.UNKNOWN),
        ("class Other(Sync): ...\ndef f(): Sync.delay()", UseState.UNKNOWN),
        ("@app.task(base=Sync)\ndef other(): ...\ndef f(): Sync.delay()", UseState.UNKNOWN),
        ("", UseState.UNKNOWN),
    ],
)
def test_result_of_a_class_based_task(use: str, state: UseState) -> None:
    assert celery({"t.py": CLASS + use}).verdict(Symbol(Kind.FUNCTION, "Sync.run", "t")).state is state


def use(body: str, task: str = "def send(x): ...", **more: str) -> ResultUse:
    tasks = f"from celery import Celery, current_task\nfrom celery.exceptions import Ignore\napp = Celery('x')\n@app.task\ndef done(): ...\n@app.task(bind={'self' in task})\n{task}\n"
    files = {"shop/tasks.py": tasks, "shop/views.py": f"from shop.tasks import app, done, send\n{body}", **more}
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
    "from celery import chain\ndef f(): chain(send.si(1), done.s()).apply_async()",
    "from celery import chain\ndef f(): chain(done.si(), send.s().set(queue='x')).delay()",
    "from celery import chain\ndef f(): chain([send.si(1), done.s()])()",
    "def f(): (send.s(1) | done.s()).delay()",
    "def f():\n    first = send.s(1)\n    first.apply_async(countdown=3)",
    "def f(): send.signature((1,), countdown=3).delay()",
    "def f(): transaction.on_commit(lambda: send.s(1).delay())",
    "def f(): done.s().on_error(send.s(1)).delay()",
    "from celery import signature\ndef f(): signature('shop.tasks.send').delay()",
    "def f(x): x.send.delay(1); send.delay(1)",
    "def f(x): send.delay(1); return x.later.delay(1)",
]

READ = [
    "def f(): return send.delay(1).get()",
    "def f():\n    r = send.delay(1)\n    r.wait(timeout=3)",
    "def f():\n    r = send.apply_async()\n    while not r.ready(): pass",
    "def f():\n    r = send.delay(1)\n    return {'state': r.state}",
    "def f(pk): return send.AsyncResult(pk).state",
    "from shop.tasks import send as mail\ndef f(): mail.delay(1).get()",
]

UNKNOWN = [
    "def f(): return send.delay(1)",
    "def f():\n    r = send.delay(1)\n    return {'task_id': r.id}",
    "def f(job):\n    job.task_id = send.delay(1).id",
    "def f(self):\n    self.result = send.delay(1)",
    "def f(xs): return [send.delay(x) for x in xs]",
    "def f(rs): rs.append(send.delay(1))",
    "from celery import group\ndef f(xs): group(send.s(x) for x in xs).apply_async()",
    "from celery import chord\ndef f(xs): chord([send.si(x) for x in xs])(done.s())",
    "from celery import chain\ndef f(): return chain(send.si(1), done.s()).apply_async()",
    "from celery import chain, group\ndef f(xs): chain(send.si(1), group(done.s(x) for x in xs)).delay()",
    "from celery import chain\ndef f(xs): chain(send.si(1), *xs).delay()",
    "from celery import group\ndef f(xs): (group(done.s(x) for x in xs) | send.si(1)).delay()",
    "from itertools import chain\ndef f(xs): chain([send.si(1)], xs)",
    "def f(x): return x.send.delay(1)",
    "def f():\n    global last\n    last = send.delay(1)",
    "def f(key): send.apply_async(task_id=key)",
    "def f(): send.ignore_result = False; send.delay(1)",
    "def f(name):\n    send.delay(1)\n    task = getattr(tasks, name)\n    return task.delay().id",
    "def f(xs): send.chunks(xs, 10).apply_async()",
    "def f(name): send.delay(1); return app.send_task(name)",
    "def f(): return app.send_task('shop.tasks.send')",
    "def f(): send.apply_async(ignore_result=False)",
    "HANDLERS = {'send': send}\ndef f(): send.delay(1)",
    "def f(registry): registry.register(send); send.delay(1)",
    "def f(): send.delay(1); return getattr(send, 'delay')(1)",
    "def f(): send.delay(1); return anything.signature('shop.tasks.send').delay()",
    "def f(xs): return list(map(send.delay, xs))",
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
    "line",
    [
        "from celery.result import AsyncResult\ndef g(pk): return AsyncResult(pk).state",
        "def g(pk): return app.AsyncResult(pk)",
        "def g(pk): return app.backend.get_task_meta(pk)",
        "from django_celery_results.models import TaskResult\ndef g(): return TaskResult.objects.all()",
        "app.conf.result_backend = 'django-db'",
        "urlpatterns = [path('progress/', include('celery_progress.urls'))]",
    ],
)
def test_readers_of_any_result(line: str) -> None:
    found = use(f"def f(): send.delay(1)\n{line}")
    assert found.state is UseState.UNREAD and len(found.readers) == 1


@pytest.mark.parametrize(
    "line",
    [
        "from celery.result import AsyncResult\ndef g(result: AsyncResult) -> None: ...",
        "from multiprocessing import pool\ndef g(p): return pool.AsyncResult(p)",
        "def g(pk): return TaskResult(pk)",
    ],
)
def test_what_reads_no_result(line: str) -> None:
    assert not use(f"def f(): send.delay(1)\n{line}").readers


def test_dispatch_of_something_unknown_whose_result_is_kept() -> None:
    found = use("def f(x):\n    send.delay(1)\n    return x.later.delay(1)")
    assert [(site.line, site.what) for site in found.unknown_dispatches] == [
        (4, "x.later is dispatched, its result kept")
    ]


def test_canvas_under_a_name_is_nothing_unknown() -> None:
    found = use(
        "from celery import chain\ndef f(a):\n    send.delay(1)\n    c = chain(a.s()) if a else chain(a.si())\n    c = c | done.s()\n    return c.delay()"
    )
    assert found.state is UseState.UNREAD and not found.unknown_dispatches


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("def send(x): return", False),
        ("def send(x): return None", False),
        ("def send(x):\n    def inner(): return 1\n    inner()", False),
        ("def send(self, x): raise self.retry()", False),
        ("def send(x):\n    if x: return\n    return x", True),
        ("def send(x): yield x", True),
        ("def send(x) -> None: ...", False),
        ("def send(x) -> dict[str, int]: raise NotImplementedError", True),
    ],
)
def test_task_that_returns_a_value(task: str, *, expected: bool) -> None:
    assert use("def f(): send.delay(1)", task).returns_value is expected


@pytest.mark.parametrize(
    "task",
    [
        "def send(self, x): self.update_state(state='PROGRESS')",
        "def send(self, x): self.backend.get('x')",
        "def send(self, x): raise self.replace(other.s())",
        "def send(self, x): report(self)",
        "def send(self, x): helper(1, task=self)\ndef helper(x, task): task.update_state(state='PROGRESS')",
        "def send(self, x): helper(self)\ndef helper(task): deeper(1, task)\ndef deeper(x, task): return task.backend",
        "def send(self, x): helper(self)\ndef helper(task): TASKS.append(task)",
        "def send(self, x): self.app.backend.store_result(self.request.id, 1, 'X')",
        "def send(self, x): raise Ignore",
        "def send(x): current_task.update_state(state='PROGRESS')",
        "def send(x): helper()\ndef helper(): current_task.update_state(state='PROGRESS')",
        "def send(x): x.note_progress()\nclass Tracker:\n    def note_progress(self): current_task.update_state(state='PROGRESS')",
        "def send(x): raise Ignore()",
    ],
)
def test_body_that_needs_the_backend(task: str) -> None:
    assert use("def f(): send.delay(1)", task).state is UseState.UNKNOWN


@pytest.mark.parametrize(
    "task",
    [
        "def send(self, x): raise self.retry(exc=x)",
        "def send(self, x): print(self.request.id, self.name, self)",
        "def send(self, x): helper(x, self)\ndef helper(x, task): raise task.retry(exc=x)",
        "def send(self, x): helper(self)\ndef helper(task): helper(task)",
        "def send(x): send.delay(x.replace('a', 'b'))",
    ],
)
def test_body_that_needs_no_backend(task: str) -> None:
    assert use("def f(): send.delay(1)", task).state is UseState.UNREAD


def test_method_of_a_base_class_that_writes_the_state() -> None:
    base = "from celery import Celery, Task\napp = Celery('x')\nclass Base(Task):\n    def step(self): self.update_state(state='X')\n"
    tasks = base + "@app.task(bind=True, base=Base)\ndef send(self): self.step()\ndef f(): send.delay()"
    assert celery({"t.py": tasks}).verdict(Symbol(Kind.FUNCTION, "send", "t")).state is UseState.UNKNOWN


def test_barrier_in_a_test_reads_the_result() -> None:
    test = "from shop.tasks import send\ndef test_send(): send.delay(1).get()"
    found = use("def f(): send.delay(1)", **{"tests/test_send.py": test})
    assert found.state is UseState.READ
    assert [(site.path, site.line) for site in found.sites] == [(Path("tests/test_send.py"), 2)]


@pytest.mark.parametrize("test", ["results = [send.delay(1)]; wait_for(results)", "wait_for(send.delay(1))"])
def test_result_that_a_test_keeps(test: str) -> None:
    found = use(
        "def f(): send.delay(1)", **{"tests/test_send.py": f"from shop.tasks import send\ndef test_send(): {test}"}
    )
    assert found.state is UseState.UNKNOWN


def test_mocked_task_in_a_test_is_no_reader() -> None:
    test = "from shop.tasks import send\ndef test_send():\n    send.delay = Mock()\n    f()\n    send.delay.assert_called_once()"
    assert use("def f(): send.delay(1)", **{"tests/test_send.py": test}).state is UseState.UNREAD


@pytest.mark.parametrize("test", ["", "from shop.tasks import send\ndef test_send(): send.delay(1)"])
def test_task_that_nothing_dispatches(test: str) -> None:
    found = use("", **{"tests/test_send.py": test})
    assert found.state is UseState.UNREAD and not found.is_dispatched


def test_task_that_is_only_called_in_place() -> None:
    assert use("def f(): send(1)").state is UseState.UNKNOWN


@pytest.mark.parametrize(
    ("text", "state"),
    [("print send.delay(1)", UseState.UNKNOWN), ("print sender", UseState.UNREAD)],
)
def test_file_that_cannot_be_parsed(text: str, state: UseState) -> None:
    files = {"t.py": APP + "@app.task\ndef send(): ...\ndef f(): send.delay()"}
    facts = CeleryFacts(CallGraph(project(files)), parser_of(lambda path: files[path.name]), {Path("old.py"): text})
    assert facts.verdict(Symbol(Kind.FUNCTION, "send", "t")).state is state


def test_task_that_is_imported_by_another_name_twice() -> None:
    names = {
        "shop/__init__.py": "from shop.tasks import send as mail",
        "a.py": "from shop import mail as post\ndef g(): return post.delay(1).get()",
    }
    assert use("def f(): send.delay(1)", **names).state is UseState.READ


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", True),
        ("app.conf.update({'task_acks_late': True})", True),
        ("app.conf.update(task_acks_late=True)", True),
        ("SETTINGS = {'task_acks_late': True}\napp.conf.update(SETTINGS)", True),
        ("from elsewhere import SETTINGS\napp.conf.update(SETTINGS)", False),
        ("app.conf.update(**load())", False),
        ("app.config_from_object(obj=load())", False),
    ],
)
def test_settings_are_all_here(line: str, *, expected: bool) -> None:
    assert celery({"c.py": APP + line}).settings.is_complete is expected


def test_sites_of_an_unread_result_are_its_dispatches() -> None:
    found = use("def f(): send.delay(1)\ndef g(): send.delay(2)")
    assert [(site.path, site.line) for site in found.sites] == [(Path("shop/views.py"), 2), (Path("shop/views.py"), 3)]
