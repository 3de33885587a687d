"""The documents' modules and the two fixture projects are programs: they start, migrate, seed and answer."""

import os
import subprocess
import sys
from pathlib import Path

from harness import REPOSITORY

DOCUMENTS = REPOSITORY / "fixtures" / "documents"
PROJECTS = REPOSITORY / "fixtures" / "projects"

RUN_ALL = "import runpy, sys; [runpy.run_path(path) for path in sys.argv[1:]]"
ASK_SHOP = """
import sys
from fastapi.testclient import TestClient
from app.main import app
with TestClient(app) as client:
    for path in sys.argv[1:]:
        assert client.get(path).json(), path
    lines = [{"product_id": number, "quantity": 2} for number in range(1, 6)]
    quotes = [client.post(f"/orders/{path}", json=lines).json() for path in ("quote", "quick-quote")]
    assert quotes == [{"total": 3000}] * 2, quotes
"""
SHOP_PATHS = (
    *("/products", "/products/newest", "/tags", "/tags/1", "/customers", "/customers/page", "/customers/statuses"),
    *("/orders", "/orders/complete", "/orders/heads", "/orders/1"),
)
ASK_CLINIC = """
import sys
import django
django.setup()
from django.test import Client
for path in sys.argv[1:]:
    assert Client().get(path).status_code == 200, path
"""
CLINIC_PATHS = (
    *("/patients/", "/patients/complete/", "/patients/pages/", "/doctors/", "/doctors/newest/"),
    *("/doctors/load/", "/doctors/agenda/", "/waiting/"),
)


def python(folder: Path, *arguments: str, **variables: str) -> None:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **variables}
    done = subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_documents_run() -> None:
    python(DOCUMENTS, "-c", RUN_ALL, *sorted(path.name for path in DOCUMENTS.glob("*.py")))


def test_shop_answers(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'shop.db'}"
    python(PROJECTS / "shop", "-m", "scripts.seed", SHOP_DATABASE_URL=database)
    python(PROJECTS / "shop", "-c", ASK_SHOP, *SHOP_PATHS, SHOP_DATABASE_URL=database)
    python(PROJECTS / "shop", "-c", "import app.tasks", SHOP_DATABASE_URL=database)


def test_clinic_answers(tmp_path: Path) -> None:
    variables = {"CLINIC_DATABASE": str(tmp_path / "clinic.db"), "DJANGO_SETTINGS_MODULE": "clinic.settings"}
    python(PROJECTS / "clinic", "-W", "error", "manage.py", "check", **variables)
    python(PROJECTS / "clinic", "manage.py", "migrate", **variables)
    python(PROJECTS / "clinic", "-c", ASK_CLINIC, *CLINIC_PATHS, **variables)
