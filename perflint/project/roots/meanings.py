"""What libraries' decorators and registrations say about the function that they are given.

Keys are the library's top package and the last name: `flask.Blueprint.before_request` is looked up
as `flask`, `before_request`. Each line names where the library documents who calls the function.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from perflint.project.roots import Heat


@dataclass(frozen=True, slots=True)
class Meaning:
    """How often a library runs the function that it is given, and as what."""

    heat: Heat
    label: str
    is_task: bool = False


def meaning_of(origin: str) -> Meaning | None:
    """What a library object's dotted name means for the function behind it."""
    top, _, rest = origin.partition(".")
    tail = rest.rpartition(".")[2]
    if top == "celery" and tail == "connect":
        return _ONCE_SIGNAL if _is_worker_signal(rest) else _SIGNAL
    if ".cli." in f".{rest}" and tail in ("command", "group"):  # `@app.cli.command()` of Flask
        return _COMMAND
    if tail == "task" and "celery" in origin.lower():  # an organisation's own subclass of Celery
        return CELERY_TASK
    return _MEANINGS.get((_PACKAGES.get(top, top), tail))


def meaning_of_name(name: str) -> Meaning | None:
    """What a decorator of unknown origin means, for names that one kind of library alone has."""
    return _TELLING.get(name)


def is_web(origin: str) -> bool:
    """Whether a dotted name belongs to a web framework."""
    top = origin.partition(".")[0]
    return _PACKAGES.get(top, top) in _WEB


def _is_worker_signal(rest: str) -> bool:
    """Signals of a worker's life: https://docs.celeryq.dev/en/stable/userguide/signals.html."""
    words = ("worker_", "celeryd_", "beat_", "setup_logging", "import_modules", "on_after", "on_configure")
    return any(word in rest for word in words)


CELERY_TASK = Meaning(Heat.HOT, "Celery task", is_task=True)
_SIGNAL = Meaning(Heat.HOT, "signal receiver")
_ONCE_SIGNAL = Meaning(Heat.ONCE, "worker startup")
_COMMAND = Meaning(Heat.COMMAND, "command")
_STARTUP = Meaning(Heat.ONCE, "application startup")
_HOOK = Meaning(Heat.HOT, "request hook")
_MESSAGE = Meaning(Heat.HOT, "message handler")

_WEB = frozenset(
    ["fastapi", "starlette", "flask", "sanic", "aiohttp", "ninja", "litestar", "chalice", "bottle", "robyn", "django"]
)
# Packages that extend another one and keep its names.
_PACKAGES: Mapping[str, str] = {
    "quart": "flask", "apiflask": "flask", "flask_openapi3": "flask", "flask_smorest": "flask", "flask_restx": "flask",
    "flask_restplus": "flask", "flask_restful": "flask", "flask_login": "flask", "flask_jwt_extended": "flask",
    "flask_socketio": "socketio", "flask_sockets": "flask", "fastapi_utils": "fastapi", "starlite": "litestar",
    "ninja_extra": "ninja", "strawberry_django": "strawberry", "strawberry_django_plus": "strawberry",
    "taskiq_redis": "taskiq", "taskiq_aio_pika": "taskiq", "taskiq_fastapi": "taskiq", "asyncclick": "click",
    "rich_click": "click", "cyclopts": "click", "django_typer": "typer", "djclick": "click", "fastmcp": "mcp",
    "django_rq": "rq", "flask_rq2": "rq", "apscheduler_di": "apscheduler", "flask_apscheduler": "apscheduler",
    "django_tasks": "django", "asyncer": "anyio", "aws_lambda_powertools": "chalice",
}  # fmt: skip

# heat and label, then library: names.
_TABLE: Mapping[Meaning, Mapping[str, str]] = {
    CELERY_TASK: {"celery": "task shared_task periodic_task"},
    Meaning(Heat.HOT, "Dramatiq actor", True): {"dramatiq": "actor"},
    Meaning(Heat.HOT, "RQ job", True): {"rq": "job enqueue enqueue_in enqueue_at enqueue_call"},
    Meaning(Heat.HOT, "Huey task", True): {
        "huey": "task periodic_task context_task db_task db_periodic_task on_commit_task"
    },
    Meaning(Heat.HOT, "task", True): {
        "taskiq": "task", "procrastinate": "task periodic", "django_q": "async_task", "arq": "cron func",
        "background_task": "background", "faktory": "task",
        "task_processor": "register_task_handler register_recurring_task", "uwsgidecorators": "spool timer cron",
        "fastapi": "repeat_every", "saq": "cron", "streaq": "task cron", "hatchet_sdk": "task step",
        "temporalio": "defn", "modal": "function",
    },
    Meaning(Heat.HOT, "Django task", True): {"django": "task"},
    Meaning(Heat.HOT, "scheduled job", True): {
        "apscheduler": "scheduled_job add_job add_schedule task", "schedule": "do repeat", "aiocron": "crontab",
    },
    Meaning(Heat.HOT, "Prefect flow", True): {"prefect": "flow task"},
    Meaning(Heat.HOT, "Airflow task", True): {"airflow": "task branch virtualenv external_python"},
    Meaning(Heat.HOT, "Dagster op", True): {"dagster": "op asset job"},
    _SIGNAL: {"django": "receiver connect", "blinker": "connect connect_via", "flask": "connect", "allauth": "connect"},
    _HOOK: {
        "fastapi": "middleware exception_handler", "starlette": "middleware exception_handler add_exception_handler",
        "flask": "errorhandler app_errorhandler register_error_handler before_request after_request teardown_request "
        "teardown_appcontext before_app_request after_app_request context_processor app_context_processor "
        "template_filter app_template_filter template_global url_value_preprocessor user_loader request_loader "
        "user_lookup_loader token_in_blocklist_loader before_websocket after_websocket",
        "sanic": "middleware on_request on_response exception", "aiohttp": "middleware", "ninja": "exception_handler",
        "litestar": "before_request after_request", "robyn": "before_request after_request",
        "pyramid": "notfound_view_config exception_view_config forbidden_view_config subscriber",
        "bottle": "hook error", "dash": "callback", "falcon": "before after",
    },
    Meaning(Heat.HOT, "template tag"): {"django": "simple_tag inclusion_tag filter tag simple_block_tag"},
    Meaning(Heat.HOT, "admin action"): {"django": "action display"},
    Meaning(Heat.HOT, "GraphQL resolver"): {
        "strawberry": "field mutation subscription django_resolver", "ariadne": "field mutation source",
        "graphql": "field",
    },
    _MESSAGE: {
        "socketio": "on event", "faststream": "subscriber", "faust": "agent timer", "nameko": "rpc event_handler http",
        "mcp": "tool resource prompt", "kopf": "create update delete event timer resume",
        "slack_bolt": "command event action message view shortcut function", "aiogram": "message callback_query",
        "telebot": "message_handler", "discord": "command event listener",
    },
    _STARTUP: {
        "fastapi": "on_event", "starlette": "on_event add_event_handler",
        "flask": "before_first_request before_app_first_request before_serving after_serving while_serving record "
        "record_once", "sanic": "listener before_server_start after_server_start before_server_stop after_server_stop "
        "main_process_start main_process_stop reload_process_start", "atexit": "register", "ninja": "on_event",
        "robyn": "startup_handler shutdown_handler", "taskiq": "on_event",
    },
    _COMMAND: {
        "click": "command group", "typer": "command callback run", "invoke": "task", "nox": "session", "fire": "Fire",
    },
}  # fmt: skip


def _pairs() -> Iterator[tuple[tuple[str, str], Meaning]]:
    for meaning, libraries in _TABLE.items():
        for library, names in libraries.items():
            for name in names.split():
                yield (library, name), meaning


_MEANINGS: Mapping[tuple[str, str], Meaning] = dict(_pairs())

_TELLING: Mapping[str, Meaning] = {
    name: _MEANINGS[library, name]
    for library, names in {
        "flask": "errorhandler app_errorhandler before_request after_request teardown_request teardown_appcontext "
        "before_app_request after_app_request context_processor user_loader before_first_request",
        "fastapi": "exception_handler on_event",
        "celery": "shared_task periodic_task",
        "dramatiq": "actor",
    }.items()
    for name in names.split()
}
