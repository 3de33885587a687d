"""Settings of the linted project."""

from __future__ import annotations

from pathlib import Path

import pytest
from project_builder import project

from perflint.project.settings import ProjectSettings, read_settings
from perflint.project.versions import lower_bound


def settings(folder: Path, files: dict[str, str], modules: dict[str, str] | None = None) -> ProjectSettings:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return read_settings(folder, project(modules or {}))


@pytest.mark.parametrize(
    ("specifier", "version"),
    [
        (">=1.4,<2", "1.4"),
        ("==2.0.*", "2.0"),
        ("~=2.0.3", "2.0.3"),
        ("^2.0", "2.0"),
        ("<2", ""),
        ("!=2.0.1", ""),
        ("<=2.0", ""),
        ("", ""),
        (">=1.4,>=1.4.10", "1.4.10"),
        (">=2 ; python_version >= '3.12'", "2"),
    ],
)
def test_lower_bound(specifier: str, version: str) -> None:
    assert lower_bound(specifier) == version


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "# ours\nSQLAlchemy[asyncio]>=2.0.3,<3  # orm\n-r other.txt\n"),
        ("requirements/base.txt", "sqlalchemy==2.0.3\n"),
        ("constraints.txt", "sqlalchemy~=2.0.3\n"),
        ("pyproject.toml", "[project]\ndependencies = ['sqlalchemy (>=2.0.3)']\n"),
        ("pyproject.toml", "[dependency-groups]\ndev = ['sqlalchemy>=2.0.3', {include-group = 'x'}]\n"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nsqlalchemy = {version = '^2.0.3', extras = ['x']}\n"),
        ("Pipfile", "[packages]\nsqlalchemy = '>=2.0.3'\nrequests = '*'\n"),
        ("Pipfile.lock", '{"default": {"sqlalchemy": {"version": "==2.0.3"}}}'),
        ("poetry.lock", "[[package]]\nname = 'SQLAlchemy'\nversion = '2.0.3'\n"),
        ("uv.lock", "[[package]]\nname = 'sqlalchemy'\nversion = '2.0.3'\n[[package]]\nname = 'shop'\n"),
        ("backend/requirements.txt", "sqlalchemy>=2.0.3\n"),
    ],
)
def test_version(tmp_path: Path, name: str, text: str) -> None:
    assert settings(tmp_path, {name: text}).versions.get("sqlalchemy") == "2.0.3"


def test_lock_goes_before_a_range_and_the_lowest_range_counts(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[project]\ndependencies = ['django>=4.2', 'httpx>=0.24']\n",
        "requirements.txt": "httpx>=0.9\n",
        "uv.lock": "[[package]]\nname = 'django'\nversion = '5.2'\n",
    }
    assert settings(tmp_path, files).versions == {"django": "5.2", "httpx": "0.9"}


def test_broken_files_say_nothing(tmp_path: Path) -> None:
    files = {"pyproject.toml": "[project", "poetry.lock": "package = 3", "requirements.txt": "httpx>=0.24\n"}
    assert settings(tmp_path, files).versions == {"httpx": "0.24"}


def test_scripts(tmp_path: Path) -> None:
    files = {"pyproject.toml": "[project.scripts]\nshop = 'shop.cli:main'\n"}
    found = settings(tmp_path, files, {"setup.py": "setup(entry_points={'console_scripts': ['b = shop.b:run']})"})
    assert found.scripts == ("shop.cli:main", "shop.b:run")


def test_django_settings(tmp_path: Path) -> None:
    modules = {
        "shop/settings/base.py": "AUTH_USER_MODEL = 'users.User'\nREST_FRAMEWORK = {'PAGE_SIZE': 20, 'X': a.b}",
        "shop/tests/settings.py": "AUTH_USER_MODEL = 'other.User'",
    }
    found = settings(tmp_path, {}, modules)
    assert found.auth_user_model == "users.User"
    assert found.rest_framework == {"PAGE_SIZE": "20", "X": "a.b"}


def test_patch_targets(tmp_path: Path) -> None:
    modules = {
        "tests/test_a.py": "from unittest.mock import patch\n@patch('shop.mail.send')\ndef test_a(m): open('a b.c')",
        "tests/test_b.py": "def test_b(monkeypatch): monkeypatch.setattr('shop.mail.smtp.SMTP', None)",
        "tests/test_c.py": "x = 'shop.not.patched'",
        "shop/mail.py": "x = patch('shop.app.code')",
    }
    assert settings(tmp_path, {}, modules).patch_targets == {"shop.mail.send", "shop.mail.smtp.SMTP"}
