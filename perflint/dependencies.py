"""What a file's findings were taken from, as it can be kept, and digests of how all that stands by now.

Every file depends on the program, the settings, which modules there are and the like (`States.project`). Of single
modules it depends on those where a definition or a model was looked up or code was read, and on the answers to what
was asked about functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from perflint.cache import key
from perflint.kept_answers import Asked
from perflint.project.facts import FileFacts

if TYPE_CHECKING:
    from perflint.analysis import Analysis
    from perflint.changes import Changes
    from perflint.kept_answers import KeptAnswers
    from perflint.project.reads import Reads


@dataclass(frozen=True, slots=True)
class Record:
    """What a file's findings were taken from; `everything`: any file of the project may change them."""

    seen: tuple[str, ...]  # modules whose definitions were looked up
    touched: tuple[str, ...]  # modules of which functions or classes were read
    taken: tuple[str, ...]  # modules whose text was read
    asked: tuple[Asked, ...]
    everything: bool


def record_of(reads: Reads) -> Record:
    """The dependencies, as they can be kept."""
    asked = [Asked(question, symbols, _digest(answer)) for (question, symbols), answer in reads.asked.items()]
    seen, touched, taken = (tuple(sorted(found)) for found in (reads.seen(), reads.touched(), reads.taken()))
    return Record(seen, touched, taken, tuple(asked), reads.everything)


class States:
    """Digests of what files may depend on, as it is in this run."""

    def __init__(self, analysis: Analysis, about: bytes, changes: Changes, answers: KeptAnswers) -> None:
        self._analysis = analysis
        self._changes = changes
        self._answers = answers
        self._project = analysis.project
        self._models = self._project.models.by_module
        self._about = about  # what findings depend on beside the sources
        self._definitions: dict[str, str] = {}
        self._codes: dict[str, str] = {}

    def of(self, record: Record) -> str:
        """The state of the modules that a record names."""
        if record.everything:
            return self._whole
        return self._state(record, {})

    def was(self, record: Record) -> str:
        """The state as it was in the run before, if what has changed since in modules does not concern the record.

        Otherwise, and where nothing has changed, no state at all: an empty string.
        """
        if record.everything:
            return ""
        before = self._changes.unconcerned({*record.seen, *record.touched, *record.taken}, set(record.touched))
        return self._state(record, before) if before and before.keys().isdisjoint(record.taken) else ""

    def _state(self, record: Record, before: Mapping[str, FileFacts]) -> str:
        """With what some modules were before in the place of what they are."""
        shown = (
            self._part(module, before, self._definitions, self._shown)
            for module in dict.fromkeys((*record.seen, *record.touched))
        )
        codes = (self._part(module, before, self._codes, self._code) for module in record.touched)
        digests, files = self._analysis.digests, self._project.files
        texts = (digests[files[module].path] if module in files else "" for module in record.taken)
        return _short(" ".join([*shown, *codes, *texts]))

    def are_answered_so(self, asked: Iterable[Asked]) -> bool:
        """Whether all questions have the same answers by now. Raises ValueError, TypeError for what are none."""
        again = self._analysis.interpreter.questions.again
        return all(self._answers.has(one) or _digest(again(one.question, one.symbols)) == one.answer for one in asked)

    @cached_property
    def project(self) -> str:
        """What every file may depend on."""
        project = self._project
        parts: list[str | bytes] = [self._about]
        for path, facts in sorted(self._analysis.facts.items()):
            parts += [str(path), facts.module if isinstance(facts, FileFacts) else repr(facts)]
        tables = (project.models.described(), project.settings, project.loaded, project.has_async_sessions)
        return key(*parts, repr(_plain(tables))).hex()

    @cached_property
    def _whole(self) -> str:
        return _short("".join(digest for _, digest in sorted(self._analysis.digests.items())))

    def _part(
        self, module: str, before: Mapping[str, FileFacts], kept: dict[str, str], describe: Callable[[FileFacts], str]
    ) -> str:
        if module in before:
            return describe(before[module])
        if module not in kept:
            facts = self._project.files.get(module)
            kept[module] = describe(facts) if facts is not None else ""
        return kept[module]

    def _shown(self, facts: FileFacts) -> str:
        """What a module shows of itself, what names in it may mean by themselves, and how its classes are mapped."""
        return _short(facts.interface + self._guessed(facts) + "\n".join(self._models.get(facts.module, ())))

    def _code(self, facts: FileFacts) -> str:
        """The code of a module's functions and classes, and where its calls lead back."""
        return _short(" ".join(top.digest for top in facts.tops) + self._answers.cycles.get(facts.module, ""))

    def _guessed(self, facts: FileFacts) -> str:
        soles = self._project.graph.soles
        return repr([(word, soles[word]) for word in facts.words if word in soles])


def _short(text: str) -> str:
    return key(text).hex()[:16]


def _digest(answer: object) -> str:
    return _short(repr(_plain(answer)))


def _plain(answer: object) -> object:
    """The same for each process: sets have another order in each."""
    if isinstance(answer, frozenset | set):
        return sorted(repr(_plain(part)) for part in answer)
    if isinstance(answer, tuple | list):
        return [_plain(part) for part in answer]
    if isinstance(answer, Mapping):
        return [(_plain(name), _plain(part)) for name, part in answer.items()]
    if is_dataclass(answer):
        return [_plain(getattr(answer, field.name)) for field in fields(answer)]
    return answer
