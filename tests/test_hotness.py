"""Hotness: which roots are recognised, and how heat flows from them."""

from __future__ import annotations

import pytest
from project_builder import project

from perflint.project.callgraph import CallGraph
from perflint.project.hotness import ExtraNames, Heat, Hotness, HotnessTable
from perflint.project.links import Links
from perflint.project.symbols import Kind, Symbol, Symbols


def function(name: str, module: str = "app") -> Symbol:
    return Symbol(Kind.FUNCTION, name, module)


def table_of(symbols: Symbols, scripts: tuple[str, ...] = (), **extra: tuple[str, ...]) -> HotnessTable:
    return HotnessTable(Links(CallGraph(symbols), ExtraNames(**extra)), scripts)


def hotness(source: str, name: str = "f", **extra: tuple[str, ...]) -> Hotness:
    return table_of(project({"app.py": source}), **extra).of(function(name))


HOT = {
    "fastapi": "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/x')\ndef f(): ...",
    "fastapi router": "import fastapi\nr = fastapi.APIRouter(prefix='/a')\n@r.api_route('', methods=['GET'])\ndef f(): ...",
    "subclass of an app": "from fastapi import FastAPI\nclass A(FastAPI): ...\na = A()\n@a.post('/x')\nasync def f(): ...",
    "unknown receiver with a path": "from elsewhere import router\n@router.get('/x')\ndef f(): ...",
    "app made in a factory": "from flask import Flask\ndef make():\n    a = Flask('x')\n    @a.route('/')\n    def f(): ...",
    "blueprint": "from flask import Blueprint\nb = Blueprint('b', 'b')\n@b.route('')\ndef f(): ...",
    "flask add_url_rule": "from flask import Flask\na = Flask('x')\ndef f(): ...\na.add_url_rule('/x', view_func=f)",
    "starlette route": "from starlette.routing import Route\ndef f(r): ...\nroutes = [Route('/x', f)]",
    "add_api_route": "from fastapi import APIRouter\nr = APIRouter()\ndef f(): ...\nr.add_api_route('/x', f)",
    "aiohttp table": "from aiohttp import web\nt = web.RouteTableDef()\n@t.get('/x')\nasync def f(r): ...",
    "aiohttp registration": "from aiohttp import web\nasync def f(r): ...\ndef make(a):\n    a.add_routes([web.get('/x', f)])",
    "aiohttp router": "from aiohttp import web\nasync def f(r): ...\ndef make(a: web.Application):\n    a.router.add_get('/x', f)",
    "sanic": "from sanic import Sanic\na = Sanic('x')\n@a.get('/')\nasync def f(r): ...",
    "django path": "from django.urls import path\ndef f(request): ...\nurlpatterns = [path('x/', f)]",
    "django wrapped view": "from django.urls import path\ndef f(r): ...\nurlpatterns = [path('x/', login_required(f))]",
    "django decorated view": "from django.views.decorators.http import require_GET\n@require_GET\ndef f(request): ...",
    "drf function": "from rest_framework.decorators import api_view\n@api_view(['GET'])\ndef f(request): ...",
    "ninja": "from ninja import NinjaAPI\napi = NinjaAPI()\n@api.get('/x')\ndef f(request): ...",
    "depends": "from fastapi import Depends\ndef f(): ...\ndef g(x=Depends(f)): ...",
    "annotated depends": "from fastapi import Depends\nfrom typing import Annotated\ndef f(): ...\nX = Annotated[int, Depends(f)]",
    "middleware": "from fastapi import FastAPI\na = FastAPI()\n@a.middleware('http')\nasync def f(r, n): ...",
    "exception handler": "from fastapi import FastAPI\na = FastAPI()\n@a.exception_handler(ValueError)\ndef f(r, e): ...",
    "before_request": "from flask import Flask\na = Flask('x')\ndef f(): ...\na.before_request(f)",
    "before_request of a parameter": "def make(a):\n    @a.before_request\n    def f(): ...",
    "shared_task": "from celery import shared_task\n@shared_task(bind=True)\ndef f(self): ...",
    "celery app": "from celery import Celery\nc = Celery('x')\n@c.task\ndef f(): ...",
    "celery app of a function": "from celery import Celery\ndef make():\n    c = Celery('x')\n    return c\nc = make()\n@c.task\ndef f(): ...",
    "celery of an organisation": "from org.celery import OrgCelery\nc = OrgCelery()\n@c.task(name='x')\ndef f(): ...",
    "dramatiq": "import dramatiq\n@dramatiq.actor\ndef f(): ...",
    "rq": "from rq import Queue\nq = Queue()\ndef f(): ...\ndef g(): q.enqueue(f, 1)",
    "huey": "from huey import RedisHuey\nh = RedisHuey()\n@h.task()\ndef f(): ...",
    "taskiq": "from taskiq_redis import ListQueueBroker\nb = ListQueueBroker('u')\n@b.task\nasync def f(): ...",
    "django task": "from django.tasks import task\n@task\ndef f(): ...",
    "apscheduler": "from apscheduler.schedulers.asyncio import AsyncIOScheduler\ns = AsyncIOScheduler()\ndef f(): ...\ns.add_job(f)",
    "prefect": "from prefect import flow\n@flow\ndef f(): ...",
    "airflow": "from airflow.decorators import task\n@task\ndef f(): ...",
    "receiver": "from django.dispatch import receiver\n@receiver(post_save)\ndef f(sender, **kw): ...",
    "connect": "from django.db.models.signals import post_save\ndef f(**kw): ...\npost_save.connect(f, sender=User)",
    "celery task signal": "from celery.signals import task_prerun\n@task_prerun.connect\ndef f(**kw): ...",
    "strawberry": "import strawberry\n@strawberry.field\ndef f(): ...",
    "template tag": "from django import template\nregister = template.Library()\n@register.simple_tag\ndef f(): ...",
    "lambda": "def lambda_handler(event, context): f()\ndef f(): ...",
    "decorator of the project": "from celery import shared_task\ndef mine(g):\n    return shared_task(g)\n@mine\ndef f(): ...",
}

COMMAND = {
    "click": "import click\n@click.command()\ndef f(): ...",
    "click group": "import click\n@click.group()\ndef cli(): ...\n@cli.command()\ndef f(): ...",
    "typer": "import typer\na = typer.Typer()\n@a.command()\ndef f(): ...",
    "flask cli": "from flask import Flask\na = Flask('x')\n@a.cli.command('x')\ndef f(): ...",
    "main": "def f(): ...\nif __name__ == '__main__':\n    f()",
    "argparse": "import argparse\ndef main():\n    p = argparse.ArgumentParser()\n    p.parse_args()\n    f()\ndef f(): ...",
}

ONCE = {
    "import": "def f(): ...\nx = f()",
    "class body": "def f(): ...\nclass C:\n    x = f()",
    "lifespan": "from fastapi import FastAPI\nasync def f(a): yield\na = FastAPI(lifespan=f)",
    "on_event": "from fastapi import FastAPI\na = FastAPI()\n@a.on_event('startup')\ndef f(): ...",
    "on_startup": "from aiohttp import web\nasync def f(a): ...\na = web.Application()\na.on_startup.append(f)",
    "worker": "from celery.signals import worker_process_init\n@worker_process_init.connect\ndef f(**kw): ...",
    "memoised": "from functools import lru_cache\n@lru_cache\ndef f(): ...\nfrom fastapi import Depends\ndef g(x=Depends(f)): ...",
}

UNKNOWN = {
    "nothing calls it": "def f(): ...",
    "startup code keeps it": "def f(): ...\nregistry.register(f)",
    "patched in a test helper": "from unittest import mock\n@mock.patch('/x')\ndef f(): ...",
    "get of a dict": "routes = {}\ndef f(): ...\nroutes.get(f)",
    "http client": "import requests\ndef f(): ...\nrequests.get('http://x', f)",
    "method named get": "class Cache:\n    def get(self, key): f()\ndef f(): ...",
    "serializer that nothing uses": "from rest_framework import serializers\nclass S(serializers.Serializer):\n    def get_x(self, o): f()\ndef f(): ...",
    "model method": "from django.db import models\nclass M(models.Model):\n    def save(self): f()\ndef f(): ...",
}

NAMES = {"app made in a factory": "make.f", "before_request of a parameter": "make.f"}


@pytest.mark.parametrize("case", HOT)
def test_hot(case: str) -> None:
    assert hotness(HOT[case], NAMES.get(case, "f")).heat is Heat.HOT


@pytest.mark.parametrize("case", COMMAND)
def test_command(case: str) -> None:
    assert hotness(COMMAND[case]).heat is Heat.COMMAND


@pytest.mark.parametrize("case", ONCE)
def test_once(case: str) -> None:
    assert hotness(ONCE[case]).heat is Heat.ONCE


@pytest.mark.parametrize("case", UNKNOWN)
def test_unknown(case: str) -> None:
    assert hotness(UNKNOWN[case]).heat is Heat.UNKNOWN


METHODS = {
    "django view": ("from django.views import View", "View", "get"),
    "django generic view": ("from django.views.generic import ListView", "ListView", "get_queryset"),
    "drf viewset": ("from rest_framework.viewsets import ModelViewSet", "ModelViewSet", "perform_create"),
    "drf api view": ("from rest_framework.views import APIView", "APIView", "post"),
    "drf permission": ("from rest_framework.permissions import BasePermission", "BasePermission", "has_permission"),
    "endpoint": ("from starlette.endpoints import HTTPEndpoint", "HTTPEndpoint", "get"),
    "middleware": ("from starlette.middleware.base import BaseHTTPMiddleware", "BaseHTTPMiddleware", "dispatch"),
    "method view": ("from flask.views import MethodView", "MethodView", "get"),
    "tornado": ("from tornado.web import RequestHandler", "RequestHandler", "prepare"),
    "celery class": ("from celery import Celery\nc = Celery('x')", "c.Task", "run"),
    "graphene": ("import graphene", "graphene.ObjectType", "resolve_orders"),
    "operator": ("from airflow.models import BaseOperator", "BaseOperator", "execute"),
    "consumer": ("from channels.generic.websocket import AsyncWebsocketConsumer", "AsyncWebsocketConsumer", "receive"),
}


@pytest.mark.parametrize("case", METHODS)
def test_method_that_a_library_calls(case: str) -> None:
    imports, base, method = METHODS[case]
    source = f"{imports}\nclass Base({base}): ...\nclass C(Base):\n    def {method}(self): self.other()\n    def other(self): f()\ndef f(): ..."
    found = hotness(source)
    assert (found.heat, found.path) == (Heat.HOT, (f"C.{method}", "C.other", "f"))


def test_grpc_service() -> None:
    source = """
        import orders_pb2_grpc
        class Orders(orders_pb2_grpc.OrdersServicer):
            def Place(self, request, context): ...
            def unused(self): ...
    """
    assert hotness(source, "Orders.Place").heat is Heat.HOT
    assert hotness(source, "Orders.unused").heat is Heat.UNKNOWN


def test_mixin_of_a_view_is_hot() -> None:
    source = """
        from django.views.generic import ListView
        class Mixin:
            def get_queryset(self): ...
        class Orders(Mixin, ListView): ...
    """
    assert hotness(source, "Mixin.get_queryset").heat is Heat.HOT


def test_serializer_runs_with_its_view() -> None:
    source = """
        from rest_framework import serializers, viewsets
        class Item(serializers.Serializer):
            def get_price(self, obj): ...
        class Order(serializers.Serializer):
            items = Item(many=True)
        class Orders(viewsets.ModelViewSet):
            serializer_class = Order
    """
    assert hotness(source, "Item.get_price").heat is Heat.HOT


def test_path_is_the_shortest_and_names_the_route() -> None:
    source = """
        from fastapi import APIRouter
        router = APIRouter(prefix="/shop")
        def notify(): ...
        def step(): notify()
        @router.post("/orders", response_model=list[Order])
        def place_order():
            step()
            notify()
    """
    table = table_of(project({"app.py": source}))
    found = table.of(function("notify"))
    assert found == Hotness(Heat.HOT, "POST /shop/orders", ("place_order", "notify"))
    route = table.route(function("place_order"))
    assert route is not None
    assert (route.methods, route.path, route.framework, route.response_model) == (
        ("POST",), "/shop/orders", "fastapi", "list[Order]"
    )  # fmt: skip


def test_path_of_a_class_based_view() -> None:
    source = """
        from django.urls import path
        from django.views import View
        class Orders(View):
            def get(self, request): ...
        urlpatterns = [path("orders/", Orders.as_view())]
    """
    assert hotness(source, "Orders.get").root == "GET /orders/"


def test_hot_wins_over_command_and_once() -> None:
    source = """
        import click
        from celery import shared_task
        def f(): ...
        x = f()
        @click.command()
        def cli(): f()
        @shared_task
        def job(): f()
    """
    table = table_of(project({"app.py": source}))
    assert table.of(function("f")).root == "Celery task app.job"
    assert table.of(function("cli")).heat is Heat.COMMAND
    assert table.is_task(function("job")) and not table.is_task(function("f"))


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("tests/test_app.py", "test"),
        ("shop/migrations/0001_x.py", "migration"),
        ("alembic/versions/1_x.py", "migration"),
        ("scripts/seed.py", "script"),
    ],
)
def test_place_of_a_file(path: str, label: str) -> None:
    symbols = project({path: "def f(): ..."})
    found = table_of(symbols).of(function("f", path.removesuffix(".py").replace("/", ".")))
    assert (found.heat, found.root) == (Heat.COMMAND, label)


def test_what_only_tests_call_stays_unknown() -> None:
    files = {"app.py": "def f(): ...", "tests/test_app.py": "from app import f\ndef test_f(): f()"}
    assert table_of(project(files)).of(function("f")).heat is Heat.UNKNOWN


def test_route_inside_a_test_is_a_test() -> None:
    source = "from fastapi import FastAPI\na = FastAPI()\n@a.get('/x')\ndef f(): ..."
    table = table_of(project({"tests/test_app.py": source}))
    assert table.of(function("f", "tests.test_app")).heat is Heat.COMMAND


def test_management_command() -> None:
    source = (
        "from django.core.management.base import BaseCommand\nclass Command(BaseCommand):\n    def handle(self): ..."
    )
    table = table_of(project({"shop/management/commands/sync.py": source}))
    found = table.of(function("Command.handle", "shop.management.commands.sync"))
    assert (found.heat, found.root) == (Heat.COMMAND, "management command Command")


def test_names_from_the_settings() -> None:
    assert (
        hotness("from lib import endpoint\n@endpoint\ndef f(): ...", route_decorators=("lib.endpoint",)).heat
        is Heat.HOT
    )
    assert hotness("from lib import job\n@job('x')\ndef f(): ...", task_decorators=("lib.job",)).heat is Heat.HOT
    assert hotness("def f(): ...", scripts=("app:f",)).heat is Heat.COMMAND
    memo = "from fastapi import Depends\ndef g(): ...\ndef f(): g()\ndef h(x=Depends(f)): ..."
    assert hotness(memo, "g", run_once=("app.f",)).heat is Heat.ONCE


def test_guessed_step_is_marked() -> None:
    source = """
        from celery import shared_task
        class Order:
            def compute_total(self): f()
        @shared_task
        def job(x): x.compute_total()
        def f(): ...
    """
    found = hotness(source)
    assert (found.heat, found.is_certain, found.path) == (Heat.HOT, False, ("job", "Order.compute_total", "f"))
    assert hotness(source, "job").is_certain


def test_pyramid_view_is_a_route() -> None:
    source = "from pyramid.view import view_config\n@view_config(route_name='orders')\ndef f(request): ..."
    table = table_of(project({"app.py": source}))
    assert table.is_route(function("f"))
    assert table.of(function("f")).root == "request f"


SERVICES = """
from fastapi import FastAPI
app = FastAPI()

class Bulk:
    def run(self): self.update()
    def update(self): raise NotImplementedError

class Users(Bulk):
    def update(self): save()

class Teams(Bulk):
    def update(self): ...

class Unused(Bulk):
    def update(self): ...

@app.patch("/users")
def users(): return Users().run()

@app.patch("/teams")
def teams(): return Teams().run()

def save(): ...
"""


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("Bulk.run", ("PATCH /users", "users", "Bulk.run")),
        ("Users.update", ("PATCH /users", "users", "Bulk.run", "Users.update")),
        ("Teams.update", ("PATCH /teams", "teams", "Bulk.run", "Teams.update")),
        ("save", ("PATCH /users", "users", "Bulk.run", "Users.update", "save")),
        ("Unused.update", ("", "Unused.update")),
    ],
)
def test_the_way_to_an_overriding_method_is_that_of_an_object_of_its_class(name: str, way: tuple[str, ...]) -> None:
    found = hotness(SERVICES, name)
    assert found.heat is Heat.HOT
    assert (found.root, *found.path) == way
