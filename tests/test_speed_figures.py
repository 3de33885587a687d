"""Medians, lines, bars and tables of the speed benchmark, from figures that are made up."""

from __future__ import annotations

import pytest

from benchmarks.processes import Cost
from benchmarks.speed.bars import AIRFLOW, GROWTH, SIZES, WAGTAIL, Bar, bars, growth
from benchmarks.speed.figures import Key, Measurement, Measurements, fitted, typical
from benchmarks.speed.report import report
from benchmarks.speed.subjects import COLD, EDITED, STARTUP, WARM


def made(target: str, tool: str, scenario: str, seconds: float, lines: int = 1000, megabytes: float = 1) -> Measurement:
    return Measurement(Key(target, tool, scenario), 1, lines, 1, Cost(seconds, seconds * 2, megabytes))


def by_key(*measurements: Measurement) -> Measurements:
    return {each.key: each for each in measurements}


def bar(start: str) -> Bar:
    return next(each for each in bars() if each.name.startswith(start))


def test_each_time_is_the_median_of_its_own() -> None:
    costs = [Cost(1.0, 30.0, 7), Cost(9.0, 10.0, 7), Cost(2.0, 20.0, 7)]
    assert typical(costs, 50) == Cost(2.0, 20.0, 50)


def test_points_on_a_line_are_straight() -> None:
    line = fitted([(1, 5), (2, 7), (4, 11)])
    assert line is not None
    assert (line.slope, line.intercept, line.r_squared) == pytest.approx((2, 3, 1))


def test_squares_are_less_straight_than_the_bar_allows() -> None:
    line = fitted([(size, float(size) ** 2) for size in SIZES])
    assert line is not None
    assert line.r_squared < 0.99


def test_two_points_say_nothing_about_straightness() -> None:
    assert fitted([(1, 1), (2, 2), (2, 3)]) is None


def test_equal_times_are_straight() -> None:
    line = fitted([(1, 3), (2, 3), (3, 3)])
    assert line is not None
    assert (line.slope, line.r_squared) == (0, 1)


@pytest.mark.parametrize(("seconds", "verdict"), [(40.0, "met"), (39.9, "missed")])
def test_fixit_must_take_forty_times_as_long(seconds: float, verdict: str) -> None:
    found = by_key(made(AIRFLOW, "perflint", COLD, 1), made(AIRFLOW, "fixit", COLD, seconds))
    assert bar(f"{AIRFLOW}: wall time of fixit").verdict(found) == verdict


@pytest.mark.parametrize(("seconds", "verdict"), [(0.3, "met"), (0.31, "missed")])
def test_a_warm_run_may_take_three_times_ruffs(seconds: float, verdict: str) -> None:
    found = by_key(made("wagtail", "ruff", COLD, 0.1), made("wagtail", "perflint", WARM, seconds))
    assert bar("wagtail: wall time of perflint warm").verdict(found) == verdict


def test_processor_time_counts_by_the_line() -> None:
    found = by_key(made(AIRFLOW, "perflint", COLD, 0.02, lines=1000))
    assert bar(f"{AIRFLOW}: cold, µs").value(found) == pytest.approx(40)


def test_starting_is_held_against_an_interpreter_with_click() -> None:
    click = made("", "python -c 'import click'", STARTUP, 0.05)
    assert bar("perflint --version").value(by_key(made("", "perflint", STARTUP, 0.1), click)) == pytest.approx(2)


def test_wagtail_is_the_large_tree_that_has_a_time_and_a_memory() -> None:
    found = by_key(made(WAGTAIL, "perflint", EDITED, 0.8), made(WAGTAIL, "perflint", COLD, 9, megabytes=399))
    assert bar(f"{WAGTAIL}, 270,000 lines: one edited file").verdict(found) == "missed"
    assert bar(f"{WAGTAIL}, 270,000 lines: cold, peak").verdict(found) == "met"


def test_growth_is_that_of_the_trees_made_for_it() -> None:
    trees = [made(f"{GROWTH} {size}", "perflint", COLD, size / 1e5, lines=size) for size in SIZES]
    found = by_key(*trees, made(AIRFLOW, "perflint", COLD, 99, lines=10))
    line = growth(found)
    assert line is not None
    assert line.slope * 1e6 == pytest.approx(10)
    assert bar("cold time over lines").verdict(found) == "met"


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    assert {each.verdict({}) for each in bars()} == {"not measured"}
    half = by_key(made(AIRFLOW, "fixit", COLD, 100))
    assert bar(f"{AIRFLOW}: wall time of fixit").verdict(half) == "not measured"


def test_tables_are_markdown() -> None:
    found = by_key(
        made("", "perflint", STARTUP, 0.1), made(AIRFLOW, "perflint", COLD, 2), made(AIRFLOW, "ruff", COLD, 0.5)
    )
    lines = list(report(found, ["a machine"]))
    assert lines[0] == "* a machine"
    assert "| perflint --version | 1 | 100 | 200 |" in lines
    assert (
        "| apache-airflow-core | ruff | cold | 1 | 1,000 | 1 | 0.50 | 1.00 | 1000.0 | 1 | 2,000 | 0.25 | 0.25 |  |"
        in lines
    )
    tables = [line for line in lines if line.startswith("|")]
    assert {line.count("|") for line in tables} == {5, 15}
    assert not any(" of a cold run " in line for line in lines)
