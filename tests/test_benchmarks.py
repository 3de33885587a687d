"""The run over real packages, with a linter that finds a word and a package that is made here."""

from __future__ import annotations

import shlex
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import Write

from benchmarks import packages, seen, verdicts
from benchmarks.corpus import main
from benchmarks.packages import Package
from benchmarks.places import Finding
from benchmarks.runs import run
from benchmarks.verdicts import Verdict, VerdictError, compare

SHOP = Package("shop", "1.0", "0" * 64)

# A command with perflint's options; its last argument is the tree.
LINTER = """
import json, sys
from pathlib import Path

found = []
for path in sorted(Path(sys.argv[-1]).rglob("*.py")):
    for row, line in enumerate(path.read_text().split("\\n"), 1):
        if "slow(" in line or ("maybe(" in line and "--unproven" in sys.argv):
            location = {"row": row, "column": 1}
            found.append({"code": "PF101", "message": "slow", "filename": str(path), "location": location})
print(json.dumps(found))
"""
CODE = """
class Shop:
    @property
    def orders(self):
        return slow(self)

def page(shop):
    slow(shop)
    maybe(shop)
    slow(shop)
"""


@pytest.fixture
def linter(write: Write) -> list[str]:
    return [sys.executable, str(write({"linter.py": LINTER}) / "linter.py")]


@pytest.fixture
def tree(write: Write) -> Path:
    return write({"shop-1.0/shop/views.py": CODE}) / "shop-1.0"


def scripted(write: Write, script: str) -> list[str]:
    return [sys.executable, str(write({"scripted.py": script}) / "scripted.py")]


def test_a_run_tells_where_each_finding_is(linter: list[str], tree: Path) -> None:
    result = run(SHOP, tree, linter)
    assert [(each.key.path, each.line, each.key.rule, each.key.function) for each in result.findings] == [
        ("shop/views.py", 5, "PF101", "Shop.orders"),
        ("shop/views.py", 8, "PF101", "page"),
        ("shop/views.py", 10, "PF101", "page"),
    ]
    assert (result.files, result.lines, result.errors, result.failure) == (1, 10, (), "")


def test_arguments_reach_the_linter(linter: list[str], tree: Path) -> None:
    assert len(run(SHOP, tree, linter, ["--unproven"]).findings) == 4


def measured(script: str) -> tuple[float, float]:
    """Megabytes and CPU seconds of a script, measured from a small process: a child begins with its parent's peak."""
    code = (
        "import sys; from benchmarks.processes import measured;"
        "cost = measured([sys.executable, '-c', sys.argv[1]]).cost; print(cost.megabytes, cost.cpu_seconds)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, script], cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True
    )
    megabytes, seconds = map(float, done.stdout.split())
    return megabytes, seconds


def test_cost_is_that_of_the_command() -> None:
    dear = measured("block = b'x' * 200_000_000\nfor i in range(2_000_000): pass")
    cheap = measured("pass")
    assert dear[0] > cheap[0] + 100
    assert dear[1] > cheap[1]


def test_cost_counts_the_processes_that_the_command_starts(write: Write, tree: Path) -> None:
    child = "block = b'x' * 200_000_000"
    script = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])\nprint([])"
    assert run(SHOP, tree, scripted(write, script)).cost.megabytes > 150


def test_a_file_that_cannot_be_done_is_an_error_and_no_failure(write: Write, tree: Path) -> None:
    script = "import sys\nprint('[]')\nprint('error: a.py:1:2: bad syntax\\nnote: b', file=sys.stderr)\nsys.exit(2)"
    result = run(SHOP, tree, scripted(write, script))
    assert (result.errors, result.failure) == (("a.py:1:2: bad syntax",), "")


@pytest.mark.parametrize(
    "script",
    [
        "print('[')",
        "import sys\nsys.exit('internal error: this is a defect')",
        "import sys\nprint('[]')\nprint('error: a.py: PF101 slow-call crashed: KeyError: 1', file=sys.stderr)\nsys.exit(2)",
        "import os\nprint('[]', flush=True)\nos.kill(os.getpid(), 9)",
    ],
    ids=["no JSON", "defect", "a check crashed", "killed"],
)
def test_a_run_that_cannot_be_trusted_is_a_failure(write: Write, tree: Path, script: str) -> None:
    assert run(SHOP, tree, scripted(write, script)).failure


def findings(linter: list[str], tree: Path, code: str = CODE) -> tuple[Finding, ...]:
    (tree / "shop" / "views.py").write_text(code)
    return run(SHOP, tree, linter).findings


def judged(found: Finding, verdict: bool = True) -> Verdict:
    return Verdict(found.key, found.line, verdict, "read")


def test_a_verdict_follows_its_line(linter: list[str], tree: Path) -> None:
    known = [judged(each) for each in findings(linter, tree)]
    moved = findings(linter, tree, "import shop\n\n" + CODE)
    result = compare(moved, known)
    assert (len(result.judged), result.unjudged, result.gone) == (3, (), ())
    assert [finding.line - verdict.line for finding, verdict in result.judged] == [2, 2, 2]


def test_a_line_that_was_rewritten_must_be_judged_again(linter: list[str], tree: Path) -> None:
    known = [judged(each) for each in findings(linter, tree)]
    result = compare(findings(linter, tree, CODE.replace("slow(self)", "slow(self, 1)")), known)
    assert [each.line for each in result.unjudged] == [5]
    assert [each.line for each in result.gone] == [5]


def test_equal_lines_in_a_function_keep_their_own_verdicts(linter: list[str], tree: Path) -> None:
    _, first, second = findings(linter, tree)
    result = compare([first, second], [judged(second, False)])
    assert result.unjudged == (first,)
    assert [finding for finding, _ in result.judged] == [second]


def test_a_verdict_is_on_one_version(linter: list[str], tree: Path) -> None:
    (one, *_) = findings(linter, tree)
    newer = replace(one, key=one.key._replace(version="2.0"))
    assert compare([newer], [judged(one)]).unjudged == (newer,)


def test_an_answered_stub_becomes_a_verdict(linter: list[str], tree: Path, tmp_path: Path) -> None:
    one, two, three = findings(linter, tree)
    text = "\n".join(map(verdicts.stub, (three, two, one)))
    answer = 'verdict = false\nwhy = "é \\"quoted\\""'
    stubs, kept = tmp_path / "stubs.toml", tmp_path / "verdicts.toml"
    stubs.write_text(text.replace('verdict = "?"\nwhy = ""', answer, 2), encoding="utf-8")
    verdicts.write(verdicts.answered(stubs), kept)
    assert verdicts.read(kept) == [Verdict(each.key, each.line, False, 'é "quoted"') for each in (two, three)]


def test_a_later_verdict_stands_for_an_earlier_one(linter: list[str], tree: Path, tmp_path: Path) -> None:
    (one, *_) = findings(linter, tree)
    verdicts.write([judged(one, True), judged(one, False)], tmp_path / "verdicts.toml")
    assert verdicts.read(tmp_path / "verdicts.toml") == [judged(one, False)]


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [('verdict = "yes"\nwhy = "x"', "true or false"), ('verdict = true\nwhy = ""', "why"), ("why = 'x'", "'verdict'")],
)
def test_half_an_answer_is_refused(linter: list[str], tree: Path, tmp_path: Path, answer: str, complaint: str) -> None:
    (one, *_) = findings(linter, tree)
    stubs = tmp_path / "stubs.toml"
    stubs.write_text(verdicts.stub(one).replace('verdict = "?"\nwhy = ""', answer))
    with pytest.raises(VerdictError, match=complaint):
        verdicts.answered(stubs)


def test_only_what_the_run_before_lacked_is_new(linter: list[str], tree: Path, tmp_path: Path) -> None:
    one, two, three = findings(linter, tree)
    file = tmp_path / "last.json"
    assert seen.unseen([two], ["shop"], file) == []
    assert seen.unseen([], ["another"], file) == []
    assert seen.unseen([one, two, three], ["shop"], file) == [one]
    assert seen.unseen([one, two, three], ["shop"], file) == []


def test_a_wheel_is_unpacked_to_what_a_linter_reads(tmp_path: Path) -> None:
    wheel = tmp_path / "shop-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("shop/views.py", "shop/static/app.js", "shop/templates/shop.html"):
            archive.writestr(name, "x")
    files = {path for path in packages.unpack(wheel, tmp_path / "shop").rglob("*") if path.is_file()}
    assert {path.name for path in files} == {"views.py", "shop.html", "perflint.toml"}


def test_each_pin_names_a_package_once_with_the_hash_of_its_wheel() -> None:
    pins = packages.pinned()
    assert len({pin.name for pin in pins}) == len(pins) >= 8
    assert all(len(bytes.fromhex(pin.sha256)) == 32 for pin in pins)


@pytest.fixture
def shelf(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that has the only pinned package already."""
    pins = 'package = [{name = "shop", version = "1.0", sha256 = ""}]'
    folder = write({"cache/shop-1.0/shop/views.py": CODE, "pins.toml": pins, "verdicts.toml": ""})
    only = packages.pinned(folder / "pins.toml")
    monkeypatch.setattr(packages, "pinned", lambda: only)
    return folder


def invoke(shelf: Path, linter: list[str], *arguments: str) -> tuple[int, str, str]:
    where = ["--cache", str(shelf / "cache"), "--verdicts", str(shelf / "verdicts.toml")]
    done = CliRunner().invoke(main, [*where, "--command", shlex.join(linter), *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_judging_empties_the_list_of_what_is_left_to_judge(shelf: Path, linter: list[str]) -> None:
    code, stubs, _ = invoke(shelf, linter, "--unjudged")
    assert (code, stubs.count("[[finding]]")) == (0, 3)
    (shelf / "stubs.toml").write_text(stubs.replace('"?"\nwhy = ""', 'true\nwhy = "one query a row"'))
    assert invoke(shelf, linter, "--judge", str(shelf / "stubs.toml"))[0] == 0
    assert "3 findings judged right, 0 judged false, 0 unjudged" in invoke(shelf, linter)[1]
    assert invoke(shelf, linter, "--unjudged")[1].strip() == ""


def test_the_report_names_what_is_gone_and_what_is_new(shelf: Path, linter: list[str]) -> None:
    (finding, *_) = run(packages.pinned()[0], shelf / "cache" / "shop-1.0", linter).findings
    lost = replace(finding, key=finding.key._replace(path="shop/models.py"))
    verdicts.write([judged(lost), judged(finding, False)], shelf / "verdicts.toml")
    assert " 0 new since" in invoke(shelf, linter)[1]
    (shelf / "cache" / "shop-1.0" / "shop" / "late.py").write_text("slow(1)\n")
    code, out, _ = invoke(shelf, linter)
    assert code == 0
    assert "0 findings judged right, 1 judged false, 3 unjudged, 1 new since the run before, 1 gone" in out
    assert "gone  shop shop/models.py:5 PF101, judged right" in out
    assert "false shop shop/views.py:5 PF101: read" in out
    assert "new   shop shop/late.py:1 PF101: slow" in out


def test_a_failed_run_fails_the_command(shelf: Path, write: Write) -> None:
    code, _, err = invoke(shelf, scripted(write, "import sys\nsys.exit('internal error: oh')"))
    assert code == 1
    assert "FAILED shop 1.0: no findings could be read; exit code 1: internal error: oh" in err


def test_a_failed_run_makes_no_verdict_gone(shelf: Path, write: Write, linter: list[str]) -> None:
    (finding, *_) = run(packages.pinned()[0], shelf / "cache" / "shop-1.0", linter).findings
    verdicts.write([judged(finding)], shelf / "verdicts.toml")
    assert ", 0 gone" in invoke(shelf, scripted(write, "print('[')"))[1]


def test_a_package_of_another_benchmark_is_run_only_when_it_is_named(
    shelf: Path, linter: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [replace(package, corpus=False) for package in packages.pinned()]
    monkeypatch.setattr(packages, "pinned", lambda: others)
    assert "shop" not in invoke(shelf, linter)[1]
    assert "shop" in invoke(shelf, linter, "--package", "shop")[1]


def test_a_package_that_is_not_pinned_is_named(shelf: Path, linter: list[str]) -> None:
    code, _, err = invoke(shelf, linter, "--package", "bakery")
    assert (code, "not pinned: bakery" in err) == (1, True)


def test_a_result_without_findings_is_printed(shelf: Path, write: Write) -> None:
    code, out, _ = invoke(shelf, scripted(write, "print([])"))
    assert code == 0
    assert "0 unjudged" in out
