"""Runs a proof: a program before and after `perflint fix`, with equal results and the promised counters."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROOFS = Path(__file__).parent
REPOSITORY = PROOFS.parent.parent
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof.toml says.

    rule: the code that is fixed. before, after: counters, exactly. applicability: "safe" fixes
    without --unsafe-fixes. needs: what the program cannot do without, "redis" or "sqlalchemy-1.4".
    also: further such environments in which the same figures hold.
    """

    folder: Path
    rule: str
    before: dict[str, int]
    after: dict[str, int]
    applicability: str = "unsafe"
    needs: str = DEFAULT
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One proof in one environment."""

    proof: Proof
    environment: str

    def __str__(self) -> str:
        name = self.proof.folder.name
        return name if self.environment == DEFAULT else f"{name}-{self.environment}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program printed."""

    result: Any
    counters: dict[str, int]


def read_proof(folder: Path) -> Proof:
    said = tomllib.loads((folder / "proof.toml").read_text("utf-8"))
    return Proof(**{**said, "folder": folder, "also": tuple(said.get("also", ()))})


def cases() -> list[Case]:
    proofs = [read_proof(path.parent) for path in sorted(PROOFS.glob("PF*/proof.toml"))]
    return [Case(proof, environment) for proof in proofs for environment in (proof.needs, *proof.also)]


def run_program(folder: Path, interpreter: str, variables: dict[str, str]) -> Outcome:
    """The program's report; whatever else it says goes into the error when it fails."""
    done = execute([interpreter, "program.py"], folder, {"PYTHONPATH": str(PROOFS), **variables})
    assert done.returncode == 0, f"program.py ended with {done.returncode}:\n{done.stderr}"
    return Outcome(**json.loads(done.stdout))


def run_fix(proof: Proof, folder: Path) -> str:
    """Let perflint fix the copy, and return what it said; a finding may be left, an error may not."""
    command = [sys.executable, "-m", "perflint", "fix", "--select", proof.rule, "."]
    if proof.applicability == "unsafe":
        command.insert(-1, "--unsafe-fixes")
    done = execute(command, folder, {"PYTHONPATH": str(REPOSITORY), "NO_COLOR": "1"})
    said = f"{done.stdout}\n{done.stderr}"
    assert done.returncode in (0, 1), f"perflint fix ended with {done.returncode}:\n{said}"
    return said


def execute(command: list[str], folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    # A stale .pyc would run the old program when a fix keeps the size of a file within one second.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **variables}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=180)


def sources(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in sorted(folder.rglob("*.py"))}


def prove(case: Case, copy: Path, interpreter: str, variables: dict[str, str]) -> None:
    """Copy the proof's folder to `copy`, run it, fix it, run it again."""
    proof = case.proof
    shutil.copytree(proof.folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = run_program(copy, interpreter, variables)
    assert before.counters == proof.before, "the program does not start from the promised figures"
    original = sources(copy)
    said = run_fix(proof, copy)
    fixed = sources(copy)
    assert fixed != original, f"perflint fix changed nothing:\n{said}"
    assert fixed["program.py"] == original["program.py"], "the fix changed the driver, not the code that is measured"
    after = run_program(copy, interpreter, variables)
    assert after.result == before.result, f"the fix changed the result:\n{fixed}"
    assert after.counters == proof.after, f"the fix does not reach the promised figures:\n{fixed}"
