"""Reading a mapping into self-describing settings: every problem, each with place, cause and mend."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from sim.parameters import parameter, section
from sim.parse import read_section, suggestion
from sim.plain import UNREADABLE, Findings, KeyPath, clean, shown
from sim.problems import Problem


@dataclass(frozen=True)
class Inner:
    """A nested section."""

    depth: float = parameter(0.5, "how deep", low=0, high=1)
    names: tuple[str, ...] = parameter((), "whose")


@dataclass(frozen=True)
class Outer:
    """Every type that a field may have."""

    weeks: int = parameter(156, "horizon", unit="weeks", low=1, high=5200)
    share: float = parameter(0.5, "a share", low=0, high=1)
    above: float = parameter(1.0, "a positive number", low=0, low_excluded=True)
    below: float = parameter(1.0, "less than two", high=2, high_excluded=True)
    least: float = parameter(1.0, "a number with unit", unit="hours", low=0.5)
    most: float = parameter(1.0, "a number", high=9)
    free: float = parameter(1.0, "any number")
    seed: int | None = parameter(None, "a seed", low=0, high=2**63 - 1)
    mandatory: bool = parameter(True, "whether all must")
    direction: str = parameter("peer", "which way", choices=("traditional", "reverse", "peer"))
    title: str | None = parameter(None, "a name")
    shares: tuple[float, ...] = parameter((0.5, 0.3, 0.2), "small, middle, large", low=0, high=1)
    pair: tuple[int, str] = parameter((1, "a"), "number and name")
    levels: tuple[int, ...] = parameter((), "levels", choices=("staff", "senior", "manager"), low=0, high=2)
    columns: Mapping[str, str] = parameter({}, "headings")
    rewards: Mapping[str, float] = parameter({"sharing": 1.0, "mentoring": 0.5}, "weights", low=0, high=1)
    inner: Inner = section(Inner, "nested")
    inners: Mapping[str, Inner] = parameter({}, "by name")


@dataclass(frozen=True)
class Strict:
    """A field without default."""

    name: str = parameter(dataclasses.MISSING, "who it is")


def read(given: Any, cls: type = Outer) -> tuple[Any, list[str]]:
    """What was read, and every problem as the user reads it."""
    findings = Findings("s")
    value = read_section(cls, clean(given, findings), findings, ("p",))
    return value, [str(problem) for problem in findings.problems]


def refused(given: Any) -> list[str]:
    """The problems of something that must not be read."""
    value, problems = read(given)
    assert value is UNREADABLE
    return problems


def test_nothing_given_is_every_default() -> None:
    assert read({}) == read(None) == (Outer(), [])
    assert read({"inner": None, "columns": None, "inners": None}) == (Outer(), [])


def test_every_type_is_read() -> None:
    given = {
        "weeks": 3, "share": 1, "seed": 7, "mandatory": False, "direction": "reverse", "title": "x",
        "shares": [1, 0, 0.0], "pair": [2, "b"], "levels": ["manager", 0], "columns": {"id": "node"},
        "rewards": {"sharing": 0}, "inner": {"depth": 0, "names": ["Sales", "010"]}, "inners": {"Law": {"depth": 1}},
    }  # fmt: skip
    value, problems = read(given)
    assert problems == []
    assert value == Outer(
        weeks=3, share=1.0, seed=7, mandatory=False, direction="reverse", title="x", shares=(1.0, 0.0, 0.0),
        pair=(2, "b"), levels=(2, 0), columns={"id": "node"}, rewards={"sharing": 0.0, "mentoring": 0.5},
        inner=Inner(0.0, ("Sales", "010")), inners={"Law": Inner(1.0)},
    )  # fmt: skip
    assert [type(value.share), *map(type, value.shares)] == [float] * 4


@pytest.mark.parametrize("number", [np.int64(3), np.uint8(3), 3])
def test_any_whole_number_is_an_int(number: Any) -> None:
    value = read({"weeks": number})[0].weeks
    assert (value, type(value)) == (3, int)


@pytest.mark.parametrize("number", [np.float32(0.5), np.float64(0.5), Fraction(1, 2)])
def test_any_real_number_is_a_float(number: Any) -> None:
    value = read({"share": number})[0].share
    assert (value, type(value)) == (0.5, float)


def test_minus_zero_is_zero() -> None:
    assert math.copysign(1, read({"share": -0.0})[0].share) == 1


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"weeks": 3.5}, "p.weeks: 3.5 is not a whole number; give a whole number from 1 to 5200 (weeks)"),
        ({"weeks": 3.0}, "p.weeks: 3.0 is written as a decimal number; write 3"),
        ({"weeks": True}, "p.weeks: true is not a number; give a whole number from 1 to 5200 (weeks)"),
        ({"weeks": np.True_}, "p.weeks: a Python bool is not a number; give a whole number from 1 to 5200 (weeks)"),
        ({"weeks": "3"}, "p.weeks: '3' is text, not a number; write 3, without quotes"),
        ({"weeks": "010"}, "p.weeks: '010' is read as text, because a number does not start with 0; write 10"),
        ({"share": "-00.5"}, "p.share: '-00.5' is read as text, because a number does not start with 0; write -0.5"),
        ({"weeks": "1_000"}, "p.weeks: '1_000' is text, not a number; write 1000"),
        ({"share": "0,5"}, "p.share: '0,5' is text, not a number; write 0.5"),
        ({"weeks": "12:30"}, "p.weeks: '12:30' is text, not a number; give a whole number from 1 to 5200 (weeks)"),
        ({"share": "nan"}, "p.share: 'nan' is text, not a number; give a number from 0 to 1"),
        ({"share": None}, "p.share: is empty; leave the field out, or give a number from 0 to 1"),
        ({"share": [1]}, "p.share: a list is not a number; give a number from 0 to 1"),
        ({"share": 1j}, "p.share: a Python complex is not a number; give a number from 0 to 1"),
        ({"share": math.nan}, "p.share: nan is not a finite number; give a number from 0 to 1"),
        ({"share": -math.inf}, "p.share: -inf is not a finite number; give a number from 0 to 1"),
        ({"share": 10**400},
         "p.share: a number of more than 60 digits is not a finite number; give a number from 0 to 1"),
        ({"weeks": math.inf}, "p.weeks: inf is not a finite number; give a whole number from 1 to 5200 (weeks)"),
        ({"share": 1.5}, "p.share: 1.5 is too high; give a number from 0 to 1"),
        ({"share": -1}, "p.share: -1.0 is too low; give a number from 0 to 1"),
        ({"weeks": 0}, "p.weeks: 0 is too low; give a whole number from 1 to 5200 (weeks)"),
        ({"above": 0}, "p.above: 0.0 is too low; give a number above 0"),
        ({"below": 2}, "p.below: 2.0 is too high; give a number below 2"),
        ({"least": 0}, "p.least: 0.0 is too low; give a number of at least 0.5 (hours)"),
        ({"most": 10}, "p.most: 10.0 is too high; give a number of at most 9"),
        ({"free": "x"}, "p.free: 'x' is text, not a number; give a number"),
        ({"seed": -1}, "p.seed: -1 is too low; give a whole number from 0 to 9223372036854775807"),
        ({"seed": 2**63}, "p.seed: 9223372036854775808 is too high; give a whole number from 0 to 9223372036854775807"),
        ({"mandatory": "NO"}, "p.mandatory: 'NO' is neither true nor false; write false"),
        ({"mandatory": "on"}, "p.mandatory: 'on' is neither true nor false; write true"),
        ({"mandatory": 1}, "p.mandatory: 1 is neither true nor false; write true or false"),
        ({"direction": "revers"}, "p.direction: 'revers' is not one of its values; did you mean 'reverse'?"),
        ({"direction": "up"}, "p.direction: 'up' is not one of its values; known: traditional, reverse, peer"),
        ({"direction": None}, "p.direction: is empty; leave the field out, or give one of traditional, reverse, peer"),
        ({"title": 101}, "p.title: 101 is not text; write \"101\""),
        ({"title": True}, "p.title: true is not text; write \"true\""),
        ({"title": ["x"]}, "p.title: a list is not text; give text"),
        ({"shares": [1, 0]}, "p.shares: has 2 instead of 3 values; give 3: small, middle, large"),
        ({"shares": [1, 0, 2]}, "p.shares[2]: 2.0 is too high; give a number from 0 to 1"),
        ({"shares": 1}, "p.shares: 1 is not a list; write it as a list, such as [1]"),
        ({"shares": None}, "p.shares: is empty; leave the field out, or give a list"),
        ({"pair": [1]}, "p.pair: has 1 instead of 2 values; give 2: number and name"),
        ({"levels": ["manger"]}, "p.levels[0]: 'manger' is not one of its values; did you mean 'manager'?"),
        ({"levels": [3]}, "p.levels[0]: 3 is too high; give one of staff, senior, manager"),
        ({"levels": "staff"}, "p.levels: 'staff' is not a list; write it as a list, such as [staff]"),
        ({"levels": "x" * 41}, f"p.levels: '{'x' * 41}' is not a list; write it as a list, such as [...]"),
        ({"columns": {"id": 7}}, "p.columns.id: 7 is not text; write \"7\""),
        ({"columns": ["id"]},
         "p.columns: a list stands where fields are expected; write `field: value` lines beneath it"),
        ({"rewards": {"shring": 1}}, "p.rewards.shring: unknown field 'shring'; did you mean 'sharing'?"),
        ({"rewards": {"sharing": 2}}, "p.rewards.sharing: 2.0 is too high; give a number from 0 to 1"),
        ({"inner": {"depht": 1}}, "p.inner.depht: unknown field 'depht'; did you mean 'depth'?"),
        ({"inner": 3}, "p.inner: 3 stands where fields are expected; write `field: value` lines beneath it"),
        ({"inners": {"Law": {"depth": 2}}}, "p.inners.Law.depth: 2.0 is too high; give a number from 0 to 1"),
        ({"SHARE": 1}, "p.SHARE: unknown field 'SHARE'; did you mean 'share'?"),
        ({3: 1}, "p: the key 3 is not text; put quotes around it"),
        ({"title": "${x}"},
         "p.title: '${x}' asks for interpolation, which is refused: a scenario is data; write the value itself"),
    ],
)  # fmt: skip
def test_a_problem_has_place_cause_and_mend(given: Any, problem: str) -> None:
    findings = Findings("s")
    read_section(Outer, clean(given, findings, ("p",)), findings, ("p",))
    assert [str(found) for found in findings.problems] == [problem]


def test_every_problem_is_reported_at_once() -> None:
    given = {"weeks": "x", "share": 2, "inner": {"depth": "y", "nmaes": []}, "shares": [2, "z", 0], "zzz": 1}
    problems = refused(given)
    assert [problem.split(":")[0] for problem in problems] == [
        "p.weeks", "p.share", "p.shares[0]", "p.shares[1]", "p.inner.depth", "p.inner.nmaes", "p.zzz",
    ]  # fmt: skip
    assert "known: weeks, share, above" in problems[-1]


def test_a_missing_field_is_named_with_its_meaning() -> None:
    assert read({}, Strict)[1] == ["p: the field 'name' is missing; add `name`: who it is"]
    assert read({"name": "x"}, Strict) == (Strict("x"), [])


def test_what_was_refused_before_is_not_reported_again() -> None:
    findings = Findings()
    given = {"weeks": UNREADABLE, "inner": UNREADABLE, "columns": UNREADABLE, "shares": [1, UNREADABLE, 0]}
    assert read_section(Outer, given, findings) is UNREADABLE
    assert read_section(Outer, UNREADABLE, findings) is UNREADABLE
    assert findings.problems == []


def test_a_type_that_scenarios_do_not_have_is_the_programmers_mistake() -> None:
    @dataclass(frozen=True)
    class Odd:
        """A field of a type that no file can give."""

        when: bytes = parameter(b"", "when")

    with pytest.raises(TypeError, match="the field 'when' has a type that scenarios do not have"):
        read_section(Odd, {"when": "x"}, Findings())


def test_places_name_file_line_and_key() -> None:
    lines: dict[KeyPath, int] = {
        (): 1,
        ("policies",): 6,
        ("policies", "rotation"): 7,
        ("policies", "rotation", "coverage"): 9,
    }
    findings = Findings("scenario.yaml", lines)
    assert findings.place(("policies", "rotation", "coverage")) == "scenario.yaml, line 9, policies.rotation.coverage"
    assert findings.place(("policies", "rotation", "hours")) == "scenario.yaml, line 7, policies.rotation.hours"
    assert findings.place(()) == "scenario.yaml, line 1"
    assert Findings("scenario").place(()) == "scenario"
    assert Findings("scenario").place(("a", "\x1b[31m", 2)) == "a.'\\x1b[31m'[2]"


def test_nesting_without_end_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["a"] = endless
    findings = Findings()
    clean(endless, findings)
    assert findings.problems == [Problem("a.a.a", "is nested more than 30 deep", "a scenario has four levels")]


def test_suggestions() -> None:
    assert suggestion("mentorng", ["rotation", "mentorship"]) == "did you mean 'mentorship'?"
    assert suggestion("x", [f"Department {n}" for n in range(30)]).endswith("Department 19, ...")
    assert suggestion("x", []) == "leave it out"


def test_values_are_shown_short_and_on_one_line() -> None:
    assert shown("a\nb" + "c" * 100) == "'a\\nb" + "c" * 54 + "...'"
    values: list[Any] = [{}, [], None, True, 1.5, object]
    assert [shown(value) for value in values] == ["a mapping", "a list", "null", "true", "1.5", "a Python type"]
