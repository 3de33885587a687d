"""Settings files: found, extended, merged, and refused with a word that helps."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Write

from perflint.config import KEYS, Loaded, Settings, load
from perflint.config_check import checked, plain, schema
from perflint.errors import ConfigError

pytestmark = pytest.mark.usefixtures("made_up_rules")


def loaded(write: Write, files: dict[str, str | bytes], start: str = ".", **given: Any) -> Loaded:
    root = write(files)
    return load(root / start, **given)


def test_no_file_gives_the_defaults(write: Write) -> None:
    root = write({"pyproject.toml": "[project]\nname = 'x'\n"})
    assert load(root) == Loaded(Settings(root=root), {})


def test_every_key_of_a_file_is_read(write: Write) -> None:
    text = """
    [tool.perflint]
    select = ["PF1"]
    ignore = ["slow-loop"]
    extend-select = ["PF201"]
    exclude = ["a"]
    extend-exclude = ["b"]
    respect-gitignore = false
    contexts = ["tests"]
    unproven = true
    fixable = ["PF101"]
    unfixable = ["PF102"]
    unsafe-fixes = true
    extend-safe-fixes = ["PF101"]
    extend-unsafe-fixes = ["PF102"]
    output-format = "json-lines"
    workers = 3
    cache-dir = "elsewhere"
    source-roots = ["src"]
    [tool.perflint.per-file-ignores]
    "my_app/*.py" = ["PF101"]
    [tool.perflint.rules.slow-call]
    accessor = "app.http:get_client"
    [tool.perflint.libraries]
    sqlalchemy-sessions = ["app.db.SessionDep"]
    http-clients = ["app.http.Client"]
    task-decorators = ["app.tasks.task"]
    route-decorators = ["app.web.route"]
    run-once = ["app.main.startup"]
    """
    result = loaded(write, {"pyproject.toml": text, "x/y/a.py": ""}, "x/y")
    defaults = Settings()
    for key in KEYS:
        name = key.replace("-", "_")
        assert getattr(result.settings, name) != getattr(defaults, name), key
        assert result.origins[key].endswith("pyproject.toml")
    assert result.settings.per_file_ignores == {"my_app/*.py": ("PF101",)}
    assert result.settings.libraries.run_once == ("app.main.startup",)


def test_the_nearest_file_counts(write: Write) -> None:
    files: dict[str, str | bytes] = {
        "perflint.toml": "workers = 1\n",
        "a/pyproject.toml": "[tool.perflint]\nworkers = 2\n",
        "a/b/pyproject.toml": "[project]\n",
        "a/b/c/perflint.toml": "workers = 3\n",
        "a/b/c/pyproject.toml": "[tool.perflint]\nworkers = 4\n",
    }
    root = write(files)
    workers = {start: load(root / start).settings.workers for start in (".", "a", "a/b", "a/b/c")}
    assert workers == {".": 1, "a": 2, "a/b": 2, "a/b/c": 3}
    assert load(root / "a/b").settings.root == root / "a"


def test_isolated_reads_no_file(write: Write) -> None:
    assert loaded(write, {"perflint.toml": "nonsense"}, isolated=True).settings.workers == 0


def test_a_file_that_is_named_counts_alone(write: Write) -> None:
    root = write({"perflint.toml": "workers = 1\n", "other/mine.toml": "unproven = true\n"})
    settings = load(root, config=root / "other" / "mine.toml").settings
    assert (settings.workers, settings.unproven, settings.root) == (0, True, root)


def test_extend_merges(write: Write) -> None:
    base = (
        'workers = 1\nunproven = true\nextend-exclude = ["a"]\n[per-file-ignores]\n"a" = ["PF101"]\n"b" = ["PF101"]\n'
    )
    own = 'extend = "../base.toml"\nworkers = 2\nextend-exclude = ["b"]\n[per-file-ignores]\n"b" = ["PF102"]\n'
    result = loaded(write, {"base.toml": base, "x/perflint.toml": own}, "x")
    settings = result.settings
    assert (settings.workers, settings.unproven, settings.extend_exclude) == (2, True, ("a", "b"))
    assert settings.per_file_ignores == {"a": ("PF101",), "b": ("PF102",)}
    assert Path(result.origins["unproven"]).name == "base.toml"
    assert settings.root.name == "x"


def test_the_command_line_is_above_the_file(write: Write) -> None:
    result = loaded(write, {"perflint.toml": 'workers = 1\nselect = ["PF101"]\n'}, overrides={"workers": 2})
    assert (result.settings.workers, result.settings.select) == (2, ("PF101",))
    assert result.origins["workers"] == "command line"


def test_who_selects_anew_starts_afresh(write: Write) -> None:
    text = 'ignore = ["PF101"]\nextend-select = ["PF201"]\nselect = ["PF102"]\n'
    settings = loaded(write, {"perflint.toml": text}, overrides={"select": ["PF101"]}).settings
    assert (settings.select, settings.ignore, settings.extend_select) == (("PF101",), (), ())


def test_ignoring_more_keeps_what_is_selected(write: Write) -> None:
    settings = loaded(write, {"perflint.toml": 'select = ["PF1"]\n'}, overrides={"ignore": ["PF101"]}).settings
    assert (settings.select, settings.ignore) == (("PF1",), ("PF101",))


def test_an_option_has_the_cards_default_until_it_is_set(write: Write) -> None:
    assert Settings().option("slow-call", "max-rows") == 100
    settings = loaded(write, {"perflint.toml": "[rules.slow-call]\nmax-rows = 5\n"}).settings
    assert settings.option("slow-call", "max-rows") == 5
    assert settings.option("slow-call", "accessor") == ""


REFUSED = {
    "unknown key": ("selct = []", "`selct`: unknown key; did you mean `select`?"),
    "snake case": ("extend_select = []", "`extend_select`: unknown key; did you mean `extend-select`?"),
    "what is no key": ("root = '/'", "`root`: unknown key; known here: select, ignore"),
    "text for a list": ("select = 'PF101'", "`select`: expected array, got 'PF101'"),
    "text for a number": ("workers = '3'", "`workers`: expected integer, got '3'"),
    "a yes for a number": ("workers = true", "`workers`: expected integer, got True"),
    "a number for a yes": ("unproven = 1", "`unproven`: expected boolean, got 1"),
    "a number in a list": ("exclude = [1]", "`exclude.0`: expected string, got 1"),
    "a date": ("exclude = [2020-01-01, 1]", "`exclude.1`: expected string, got 1"),
    "unknown context": ("contexts = ['test']", "got 'test'; did you mean 'tests'?"),
    "unknown format": ("output-format = 'jsn'", "got 'jsn'; did you mean 'json'?"),
    "unknown code": ("select = ['PF103']", "`select`: unknown rule `PF103`; expected a code"),
    "unknown name": ("ignore = ['slow-lop']", "unknown rule `slow-lop`"),
    "nearest name": ("ignore = ['slow-lop']", "did you mean `slow-loop`?"),
    "unknown prefix": ("unfixable = ['PF7']", "`unfixable`: unknown rule `PF7`"),
    "unknown rule for a file": ("per-file-ignores = {'a.py' = ['PF103']}", '`per-file-ignores."a.py"`: unknown rule'),
    "text for a file's rules": ("per-file-ignores = {'a.py' = 'PF101'}", "`per-file-ignores.a.py`: expected array"),
    "unknown rule table": ("[rules.slow-cal]", "`rules.slow-cal`: unknown rule; did you mean `slow-call`?"),
    "unknown option": ("[rules.slow-call]\nacessor = ''", "did you mean `rules.slow-call.accessor`?"),
    "option of a rule without": ("[rules.slow-loop]\nx = 1", "`rules.slow-loop.x`: unknown key; known here: none"),
    "option of a wrong type": (
        "[rules.slow-call]\nmax-rows = '5'",
        "`rules.slow-call.max-rows`: expected int, got '5'",
    ),
    "unknown library": ("[libraries]\nhttp-client = []", "did you mean `libraries.http-clients`?"),
    "a library's wrong type": ("[libraries]\nrun-once = ''", "`libraries.run-once`: expected array, got ''"),
    "not TOML": ("select = [", "cannot be read"),
    "a wrong byte": (b"select = ['\xff']", "cannot be read"),
    "extends what is not there": ("extend = 'b.toml'", "b.toml is not a file"),
    "extends a number": ("extend = 1", "`extend`: expected a path, got 1"),
    "extends itself": ("extend = 'perflint.toml'", "`extend` comes back to this file"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(write: Write, text: str | bytes, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(write, {"perflint.toml": text})
    assert message in str(caught.value)
    assert "perflint.toml: " in str(caught.value)


def test_a_fault_in_the_extended_file_names_that_file(write: Write) -> None:
    with pytest.raises(ConfigError, match=r"base\.toml: `workers`: expected integer"):
        loaded(write, {"base.toml": "workers = 'x'\n", "perflint.toml": "extend = 'base.toml'\n"})


def test_a_wrong_tool_table_is_refused(write: Write) -> None:
    with pytest.raises(ConfigError, match=r"`tool\.perflint`: expected a table, got 3"):
        loaded(write, {"pyproject.toml": "[tool]\nperflint = 3\n"})


def test_the_schema_knows_every_key_and_option() -> None:
    whole = schema()
    assert set(whole["properties"]) == {*KEYS, "extend"}
    assert whole["additionalProperties"] is False
    options = whole["properties"]["rules"]["properties"]["slow-call"]["properties"]
    assert options["max-rows"] == {"type": "integer", "default": 100}
    json.dumps(whole)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"select": ["PF1"], "unproven": True, "workers": 2, "cache-dir": "x", "contexts": ["tests"]},
        {"select": ("PF101",), "output-format": "json", "unsafe-fixes": False, "source-roots": []},
        {"rules": {"http-client-per-call": {"accessor": "a:b"}}},
        {"per-file-ignores": {"a.py": ["PF1"]}},
    ],
)
def test_plain_settings_are_those_that_are_checked(data: dict[str, Any]) -> None:
    found = plain(data)
    assert (found is None) == bool({"rules", "per-file-ignores"} & data.keys())
    assert found is None or found == replace(checked(data, {}), root=found.root)


@pytest.mark.parametrize(
    "data",
    [
        {"unproven": 1}, {"workers": True}, {"workers": "2"}, {"select": "PF1"}, {"select": [1]}, {"select": [None]},
        {"contexts": ["nowhere"]}, {"output-format": "yaml"}, {"cache-dir": None}, {"respect-gitignore": "no"},
    ],
)  # fmt: skip
def test_what_is_wrong_is_left_to_the_check(data: dict[str, Any]) -> None:
    assert plain(data) is None
    with pytest.raises(ConfigError):
        checked(data, dict.fromkeys(data, "a file"))
