"""The user's files: what is wrong is refused, located, with a mend, and all of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.load import file_hashes, load
from sim.problems import InputError, Problem
from sim.settings import FilesOrganization

PEOPLE = "id,department\na,Sales\nb,Sales\nc,Lab\nd,Lab\n"
TIES = "learner,source\na,b\nb,a\nc,d\nd,a\n"
NONE = "learner,source\n"
Trap = tuple[str | bytes, str, str, str, str]
"""People, ties; where the place ends, part of the cause, part of the mend."""


def write(folder: Path, people: str | bytes, ties: str) -> None:
    (folder / "people.csv").write_bytes(people.encode() if isinstance(people, str) else people)
    (folder / "ties.csv").write_bytes(ties.encode())


def refusal(
    folder: Path, people: str | bytes = PEOPLE, ties: str = TIES, columns: Mapping[str, str] | None = None
) -> tuple[Problem, ...]:
    write(folder, people, ties)
    with pytest.raises(InputError) as caught:
        load(FilesOrganization(people="people.csv", ties="ties.csv", columns=columns or {}), folder)
    return caught.value.problems


TRAPS: dict[str, Trap] = {
    "long row": ("id,department\na,Sales,x\nb,Lab\n", NONE, "people.csv, line 2", "3 cells under 2", "comma"),
    "short row": ("id,department\na\nb,Lab\n", NONE, "people.csv, line 2", "1 cell under 2", "fill in"),
    "same heading": ("id,department,id\na,x,b\n", NONE, "people.csv, header", "columns 1 and 3", "rename"),
    "semicolons": ("id;department\na;x\n", TIES, "people.csv, line 1", "separated by ';'", "with commas"),
    "tabs": (PEOPLE, "learner\tsource\na\tb\n", "ties.csv, line 1", "separated by tabs", "with commas"),
    "Latin-1": ("id,department\na,x\nb,Forêt\n".encode("latin-1"), TIES, "people.csv, line 3", "'b,Forêt'", "UTF-8"),
    "UTF-16": (PEOPLE.encode("utf-16"), TIES, "people.csv, line 1", "UTF-16", "UTF-8"),
    "UTF-16 unmarked": (PEOPLE.encode("utf-16-le"), TIES, "people.csv, line 1", "UTF-16", "UTF-8"),
    "NUL": (PEOPLE + "e\0,Lab\n", TIES, "people.csv, line 6", "NUL", "export"),
    "open quote": (PEOPLE + 'e,"Lab\n', TIES, "people.csv, line 6", "unexpected end", "close every quote"),
    "text after quote": ('id,department\na,"x"y\n', NONE, "people.csv, line 2", "as CSV", "quote"),
    "blank id": (PEOPLE + " ,Lab\n", TIES, "people.csv, line 6, column id", "blank", "fill"),
    "blank department": (PEOPLE + "e,\n", TIES, "people.csv, line 6, column department", "blank", "fill"),
    "same id": (PEOPLE + "a,Lab\n", TIES, "people.csv, line 6, column id", "'a' is on line 2 already", "one row"),
    "same but for spaces": (PEOPLE + " a,Lab\n", TIES, "line 6, column id", "' a' and 'a' of line 2", "another id"),
    "some organizations": (
        "id,department,organization\na,x,N\nb,x,\n",
        NONE,
        "people.csv, line 3, column organization",
        "blank",
        "fill",
    ),
    "level": ("id,department,level\na,x,boss\n", NONE, "line 2, column level", "'boss'", "0 to 3 or staff"),
    "level 4": ("id,department,level\na,x,4\n", NONE, "line 2, column level", "'4'", "0 to 3 or staff"),
    "tenure": ("id,department,tenure\na,x,-3\n", NONE, "line 2, column tenure", "negative", "of weeks, from 0 to 5200"),
    "topic scale": ("id,department,age\na,x,30\nb,x,41\n", NONE, "line 2, column age", "and 1 more", "scale"),
    "topic word": ("id,department,law\na,x,0.1\nb,x,1\nc,x,NA\n", NONE, "line 4, column law", "'NA'", "blank"),
    "nobody": ("id,department\n", NONE, "people.csv", "lists nobody", "row for each"),
    "no id": (
        "node,department\na,x\n",
        TIES,
        "people.csv, header",
        "headings are 'node', 'department'",
        "columns.id=node",
    ),
    "empty": ("", TIES, "people.csv", "is empty", "headings"),
    "only a mark": (b"\xef\xbb\xbf", TIES, "people.csv", "is empty", "headings"),
    "blank lines": ("\n\n  \n", TIES, "people.csv", "is empty", "headings"),
    "Excel": (b"PK\x03\x04rest", TIES, "people.csv", "neither CSV nor Parquet but an Excel workbook", "save it as CSV"),
    "JSON": ('[{"id": 1}]', TIES, "people.csv", "neither CSV nor Parquet but JSON", "save it as CSV"),
    "GraphML": (
        '<?xml version="1.0"?><graphml/>',
        TIES,
        "people.csv",
        "neither CSV nor Parquet but XML",
        "save it as CSV",
    ),
    "broken Parquet": (b"PAR1\x00\x00", TIES, "people.csv", "cannot be read as Parquet", "damaged"),
    "unknown person": (PEOPLE, "learner,source\na,B\n", "ties.csv, line 2, column source", "'B' is not among", "'b'?"),
    "blank source": (PEOPLE, "learner,source\na,\n", "ties.csv, line 2, column source", "blank", "fill"),
    "same tie": (
        PEOPLE,
        "learner,source\na,b\nc,d\na,b\n",
        "ties.csv, line 4",
        "'a' from source 'b' is on line 2",
        "weight",
    ),
    "no learner": (
        PEOPLE,
        "sender,recipient\na,b\n",
        "ties.csv, header",
        "'learner'; the headings are 'sender'",
        "columns.learner=recipient",
    ),
}


@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS)
def test_each_trap_is_one_located_problem_with_a_mend(tmp_path: Path, trap: Trap) -> None:
    people, ties, place, cause, mend = trap
    problems = [problem for problem in refusal(tmp_path, people, ties) if cause in problem.cause]
    assert len(problems) == 1, refusal(tmp_path, people, ties)
    assert problems[0].place.endswith(place) and mend in problems[0].mend, problems[0]


@pytest.mark.parametrize("people", [trap[0] for trap in TRAPS.values() if trap[1] == NONE])
def test_a_trap_of_the_people_raises_no_second_problem(tmp_path: Path, people: str | bytes) -> None:
    assert len(refusal(tmp_path, people, NONE)) == 1


@pytest.mark.parametrize("field", ["weight", "trust", "contact"])
@pytest.mark.parametrize("value", ["-1", "nan", "inf", "-Infinity", "1e400", "x", "1_0", "١", '"0,5"', "0x1", "NA"])
def test_numbers_of_ties_are_finite_and_not_negative(tmp_path: Path, field: str, value: str) -> None:
    (problem,) = refusal(tmp_path, ties=f"learner,source,{field}\na,b,1\nb,a,\nc,d,{value}\n")
    assert problem.place == f"ties.csv, line 4, column {field}" and "number" in problem.mend


def test_trust_and_contact_end_at_one_and_weight_does_not(tmp_path: Path) -> None:
    assert len(refusal(tmp_path, ties="learner,source,weight,trust,contact\na,b,1.1,1.1,1.1\n")) == 2


def test_all_problems_of_both_files_come_at_once(tmp_path: Path) -> None:
    problems = refusal(
        tmp_path,
        "id,department,level\na,,9\na,Lab,1\nb,Lab\n",
        "learner,source,weight\na,b,-1\nz,a,1\n",
        {"lerner": "x"},
    )
    assert [problem.place for problem in problems] == [
        "organization.columns.lerner",
        "people.csv, line 2, column department",
        "people.csv, line 2, column level",
        "people.csv, line 3, column id",
        "people.csv, line 4",
        "ties.csv, line 2, column weight",
        "ties.csv, line 3, column learner",
    ]
    assert problems[0].mend == "did you mean 'learner'?"


def test_the_first_twenty_problems_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    ties = "learner,source,weight\n" + "".join(f"a,q{row},-1\n" for row in range(500))
    problems = refusal(tmp_path, PEOPLE + "a,Lab\n", ties)
    assert len(problems) == 21
    assert [problem.place for problem in problems[:2]] == [
        "people.csv, line 6, column id",
        "ties.csv, line 2, column weight",
    ]
    assert problems[-1].cause == "981 more problems are not shown (altogether 1 in people.csv, 1,000 in ties.csv)"


def test_lines_are_counted_over_quoted_newlines_and_blank_lines(tmp_path: Path) -> None:
    people = 'id,department\r\n\r\na,"two\r\nlines"\r\nb,Lab\r\n\r\nb,"x"\r\n'
    problems = refusal(tmp_path, people, NONE)
    assert [(problem.place, problem.cause) for problem in problems] == [
        ("people.csv, line 7, column id", "the id 'b' is on line 5 already")
    ]


def test_a_file_that_ends_in_an_open_quote_leaves_no_ties_dangling(tmp_path: Path) -> None:
    (problem,) = refusal(tmp_path, 'id,department\na,x\nb,"y\nc,x\n', "learner,source\na,c\n")
    assert problem.place == "people.csv, line 3"


@pytest.mark.parametrize(
    ("columns", "place", "cause", "mend"),
    [
        ({"source": "sauce"}, "organization.columns.source", "no column headed 'sauce'", "did you mean 'source'?"),
        ({"source": "learner"}, "ties.csv, header", "'learner' is mapped to source", "columns.learner=HEADING"),
        ({"source": "source", "learner": "source"}, "organization.columns.source", "to learner already", "of its own"),
        ({"deparment": "x"}, "organization.columns.deparment", "not a field", "did you mean 'department'?"),
    ],
)
def test_a_wrong_mapping_is_a_problem_of_the_setting(
    tmp_path: Path, columns: dict[str, str], place: str, cause: str, mend: str
) -> None:
    (problem,) = refusal(tmp_path, columns=columns)
    assert problem.place == place and cause in problem.cause and mend in problem.mend


def test_a_department_named_as_a_split_one_is_refused(tmp_path: Path) -> None:
    (problem,) = refusal(tmp_path, "id,department,organization\na,Sales,N\nb,Sales,S\nc,Sales (N),S\nd,Lab,N\n")
    assert "'Sales (N)' exists" in problem.cause


def test_paths_that_cannot_be_read_are_problems_of_both_files(tmp_path: Path) -> None:
    write(tmp_path, PEOPLE, TIES)
    for people, ties, causes in [
        ("peple.csv", ".", ["there is no such file", "is a folder, not a file"]),
        ("", "nowhere/ties.csv", ["no file is given", "there is no such file"]),
    ]:
        for reader in (load, file_hashes):
            with pytest.raises(InputError) as caught:
                reader(FilesOrganization(people=people, ties=ties), tmp_path)
            assert [problem.cause for problem in caught.value.problems] == causes
    with pytest.raises(InputError, match=r"did you mean 'people.csv'\?"):
        load(FilesOrganization(people="peple.csv", ties="ties.csv"), tmp_path)
    (tmp_path / "people.parquet").write_text(PEOPLE)
    with pytest.raises(InputError, match="named as Parquet but does not hold it"):
        load(FilesOrganization(people="people.parquet", ties="ties.csv"), tmp_path)


def test_parquet_that_merges_ids_or_repeats_a_heading_is_refused(tmp_path: Path) -> None:
    write(tmp_path, PEOPLE, TIES)
    settings = FilesOrganization(people="people.csv", ties="ties.csv")
    pq.write_table(pa.table({"id": [1.0, 2.0], "department": ["x", "x"]}), tmp_path / "people.csv")
    with pytest.raises(InputError, match="column id: names are stored as floating-point numbers"):
        load(settings, tmp_path)
    pq.write_table(pa.table([["a"], ["x"], ["b"]], names=["id", "department", "id"]), tmp_path / "people.csv")
    with pytest.raises(InputError, match="columns 1 and 3 are both headed 'id'"):
        load(settings, tmp_path)
    pq.write_table(pa.table({"id": ["a", "b\0"], "department": ["x", "x"]}), tmp_path / "people.csv")
    with pytest.raises(InputError, match=r"row 2, column id: .* holds a NUL character"):
        load(settings, tmp_path)


def test_a_large_people_file_suggests_only_what_is_close(tmp_path: Path) -> None:
    people = "id,department\n" + "".join(f"person{row:05d},x\n" for row in range(3000))
    problems = refusal(tmp_path, people, "learner,source\nPerson00007,person02999\nperson02999x,zzz\n")
    assert [problem.mend for problem in problems] == [
        "did you mean 'person00007'?",
        "did you mean 'person02999'?",
        "add the person, or remove the tie",
    ]
