"""The user's files: what they say comes out exactly, and what they lack is said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.load import file_hashes, load
from sim.organization import Organization, network_facts
from sim.problems import InputError
from sim.settings import FilesOrganization

EMAIL = Path(__file__).parents[3] / "shared" / "data" / "email-eu-core"
PEOPLE = "id,department\na,Sales\nb,Sales\nc,Lab\nd,Lab\n"
TIES = "learner,source\na,b\nb,a\nc,d\nd,a\n"


def write(
    folder: Path, people: str | bytes = PEOPLE, ties: str | bytes = TIES, columns: Mapping[str, str] | None = None
) -> FilesOrganization:
    for name, content in (("people.csv", people), ("ties.csv", ties)):
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return FilesOrganization(people="people.csv", ties="ties.csv", columns=columns or {})


def read(
    folder: Path, people: str | bytes = PEOPLE, ties: str | bytes = TIES, columns: Mapping[str, str] | None = None
) -> Organization:
    return load(write(folder, people, ties, columns), folder)


def pairs(organization: Organization) -> list[tuple[str, str]]:
    return [
        (organization.seats[i], organization.seats[j])
        for i, j in zip(organization.learner, organization.source, strict=True)
    ]


def test_everything_that_files_can_give_comes_out(tmp_path: Path) -> None:
    organization = read(
        tmp_path,
        "id,department,level,tenure,organization,welding,law\n"
        "b,Sales,Senior,12.5,North,0.25,1\na,Sales,0,,North,,0\nc,Lab,3,0,South,1e-1,0.5\nd,Lab,,9,South,0,0\n",
        "learner,source,weight,trust,contact\nd,a,2,0.5,\na,c,,,0.125\na,b,0,1,1\n",
    )
    assert organization.seats == ("a", "b", "c", "d")
    assert organization.departments == ("Lab", "Sales") and organization.organizations == ("North", "South")
    np.testing.assert_array_equal(organization.department, np.array([1, 1, 0, 0], np.int32), strict=True)
    np.testing.assert_array_equal(organization.organization, np.array([0, 0, 1, 1], np.int32), strict=True)
    np.testing.assert_array_equal(organization.level, np.array([0, 1, 3, -1], np.int32), strict=True)
    np.testing.assert_array_equal(organization.tenure, [np.nan, 12.5, 0, 9])
    assert organization.topics == ("welding", "law")
    assert organization.expertise is not None
    np.testing.assert_array_equal(organization.expertise, [[np.nan, 0], [0.25, 1], [0.1, 0.5], [0, 0]])
    assert pairs(organization) == [("a", "b"), ("a", "c"), ("d", "a")]
    assert organization.learner.dtype == organization.source.dtype == np.int32
    np.testing.assert_array_equal(organization.weight, [0, np.nan, 2])
    np.testing.assert_array_equal(organization.trust, [1, np.nan, 0.5])
    np.testing.assert_array_equal(organization.contact, [1, 0.125, np.nan])


def test_a_shuffled_file_gives_the_same_organization(tmp_path: Path) -> None:
    def turned(text: str) -> str:
        header, *rows = text.splitlines()
        return "\n".join([header, *reversed(rows)])

    one, other = read(tmp_path), read(tmp_path, turned(PEOPLE), turned(TIES))
    assert (one.seats, one.departments, one.warnings) == (other.seats, other.departments, other.warnings)
    for field in ("department", "learner", "source", "weight"):
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field))


IDS = [
    "007",
    "7",
    "10",
    "9",
    "NA",
    "N/A",
    "None",
    "null",
    "nan",
    "TRUE",
    "NO",
    "1e5",
    "9007199254740992",
    "9007199254740993",
    "=1+1",
    "<script>alert(1)</script>",
    "$x$",
    "${oc.env:HOME}",
    "李雷",
    "🦊",
    "a,b",
    'say "hi"',
    "two\nlines",
    "Zoë",
]


@pytest.mark.parametrize("parquet", [False, True])
def test_ids_and_names_are_text_and_pass_unchanged(tmp_path: Path, parquet: bool) -> None:
    departments = [f"dept {text}" for text in IDS]
    sources = IDS[1:] + IDS[:1]
    settings = write(tmp_path)
    if parquet:
        settings = FilesOrganization(people="p.parquet", ties="t.parquet")
        people = pa.table({"id": IDS, "department": pa.array(departments).dictionary_encode()})
        pq.write_table(people, tmp_path / "p.parquet")
        pq.write_table(pa.table({"learner": IDS, "source": sources}), tmp_path / "t.parquet")
    else:

        def row(*cells: str) -> str:
            return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)

        settings = write(
            tmp_path,
            "\n".join(["id,department", *map(row, IDS, departments)]),
            "\n".join(["learner,source", *map(row, IDS, sources)]),
        )
    organization = load(settings, tmp_path)
    assert organization.seats == tuple(sorted(IDS))
    assert [organization.departments[d] for d in organization.department] == [f"dept {text}" for text in sorted(IDS)]
    assert sorted(pairs(organization)) == sorted(zip(IDS, sources, strict=True))


def test_whole_numbers_of_parquet_stay_exact_beside_a_blank(tmp_path: Path) -> None:
    big = 9007199254740993
    pq.write_table(
        pa.table(
            {
                "id": [big, big - 1, 7],
                "department": ["x", "x", "x"],
                "level": pa.array([1, None, 2]),
                "skill": pa.array([0.1, None, 0.3], pa.float32()),
            }
        ),
        tmp_path / "people.parquet",
    )
    pq.write_table(pa.table({"learner": pa.array([big, None]), "source": [7, 7]}), tmp_path / "ties.parquet")
    settings = FilesOrganization(people="people.parquet", ties="ties.parquet")
    with pytest.raises(InputError) as caught:
        load(settings, tmp_path)
    assert [problem.place for problem in caught.value.problems] == ["ties.parquet, row 2, column learner"]
    pq.write_table(pa.table({"learner": [big], "source": [7]}), tmp_path / "ties.parquet")
    organization = load(settings, tmp_path)
    assert organization.seats == ("7", "9007199254740992", "9007199254740993")
    assert organization.level.tolist() == [2, -1, 1]
    assert organization.expertise is not None
    np.testing.assert_array_equal(organization.expertise[:, 0], [0.3, np.nan, 0.1])


def test_levels_are_numbers_or_names(tmp_path: Path) -> None:
    organization = read(tmp_path, "id,department,level\na,x,Staff\nb,x,1\nc,x,manager\nd,x,3.0\n")
    assert organization.level.tolist() == [0, 1, 2, 3]


def test_a_byte_order_mark_and_spaced_headings_are_accepted(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + PEOPLE.replace("id,dep", "id, dep").encode()).seats == ("a", "b", "c", "d")


def test_spaces_around_names_are_left_out_and_counted(tmp_path: Path) -> None:
    organization = read(tmp_path, PEOPLE.replace("a,Sales", " a,Sales "), TIES.replace("\na,", "\na ,"))
    assert organization.seats == ("a", "b", "c", "d") and organization.departments == ("Lab", "Sales")
    assert [warning for warning in organization.warnings if "Spaces" in warning] == [
        f"Spaces around {what} file were left out; cells with such spaces: 1."
        for what in ("ids of the people", "departments of the people", "ids of the ties")
    ]


def test_self_ties_are_dropped_with_one_warning_and_no_other_tie_is_lost(tmp_path: Path) -> None:
    organization = read(tmp_path, ties=TIES + "a,a\nb,b\na,a\n")
    assert len(organization.learner) == 4
    assert [warning for warning in organization.warnings if "same person" in warning] == [
        "3 ties point from a person to the same person and were left out."
    ]


def test_lone_departments_isolated_people_and_parts_are_accepted_and_reported(tmp_path: Path) -> None:
    organization = read(tmp_path, PEOPLE + "e,Board\n", "learner,source\na,b\nc,d\n")
    assert organization.warnings == (
        "Departments of one person: 1 ('Board').",
        "People without any tie: 1 ('e').",
        "The ties fall into 2 parts that nothing connects; the largest has 2 people, the next 2.",
    )
    assert len(read(tmp_path, ties="learner,source\n").learner) == 0


def test_columns_that_are_no_topics_are_named_and_ignored(tmp_path: Path) -> None:
    organization = read(
        tmp_path,
        "id,department,name,law,blank,\na,x,Ann,0.5,,1\nb,x,Bob,,,\nc,x,=1+1,1,,\nd,x,7,1,,\n",
        "learner,source,since\na,b,2019\nb,a,2020\nc,d,\nd,a,2020\n",
    )
    assert organization.topics == ("law",)
    people, ties = organization.warnings[:2]
    assert people.startswith("Columns of the people file that are not used: 'name', 'blank' and 1 without a heading: ")
    assert ties.startswith("Columns of the ties file that are not used: 'since': ")


def test_a_field_mapped_elsewhere_leaves_its_own_name_unused(tmp_path: Path) -> None:
    organization = read(
        tmp_path, "id,nr,department,grade\n1,a,x,2\n2,b,x,1\n3,c,x,0\n4,d,x,0\n", columns={"id": "nr", "level": "grade"}
    )
    assert organization.seats == ("a", "b", "c", "d") and organization.level.tolist() == [2, 1, 0, 0]
    assert organization.topics == () and organization.expertise is None
    assert "'id'" in organization.warnings[0]


def test_departments_of_several_organizations_stay_apart(tmp_path: Path) -> None:
    organization = read(tmp_path, "id,department,organization\na,Sales,N\nb,Sales,S\nc,Lab,N\nd,Lab,N\n")
    assert organization.departments == ("Lab", "Sales (N)", "Sales (S)")
    assert "'Sales (N)'" in organization.warnings[0]


def test_parquet_columns_of_other_types_are_ignored_or_read_as_text(tmp_path: Path) -> None:
    settings = write(tmp_path)
    table = pa.table(
        {
            "id": ["a", "b", "c", "d"],
            "department": [1, 1, 2, 2],
            "list": [[1], [2], None, []],
            "flag": [True, False, None, True],
            "bytes": [b"\xff", b"b", None, b"c"],
            "__index_level_0__": [3, 5, 7, 9],
        }
    )
    pq.write_table(table, tmp_path / "people.csv")
    organization = load(settings, tmp_path)
    assert organization.departments == ("1", "2") and organization.topics == ()
    assert "'list', 'flag', 'bytes' and 1 without a heading" in organization.warnings[0]


def test_assumptions_name_only_what_is_missing(tmp_path: Path) -> None:
    bare = " ".join(read(tmp_path).assumptions)
    for words in (
        "Level is not given",
        "Tenure is not given",
        "No organizations",
        "Mastery is not given: 24 topics",
        "Trust is not given",
        "Contact is not given: it is taken from the number of sources",
    ):
        assert words in bare
    weighted = " ".join(read(tmp_path, ties="learner,source,weight\na,b,5\nb,a,\n").assumptions)
    assert (
        "the learner's mean weight" in weighted
        and "A weight that is blank (1 of 2) counts as the learner's mean." in weighted
    )
    full = " ".join(
        read(
            tmp_path,
            "id,department,organization,level,tenure,law\na,x,N,1,2,0.5\nb,y,S,1,2,\n",
            "learner,source,weight,trust,contact\na,b,1,1,1\n",
        ).assumptions
    )
    assert "is not given" not in full and "Mastery is blank for 1 of 2" in full and "Weights are not used" in full


def test_hashes_are_of_the_bytes_and_not_of_the_path(tmp_path: Path) -> None:
    first = file_hashes(write(tmp_path), tmp_path)
    assert sorted(first) == ["people", "ties"] and len(first["ties"]) == 64
    (tmp_path / "elsewhere").mkdir()
    assert file_hashes(write(tmp_path / "elsewhere"), tmp_path / "elsewhere") == first
    assert file_hashes(write(tmp_path, ties=TIES + "\n"), tmp_path)["ties"] != first["ties"]


@pytest.mark.skipif(not EMAIL.is_dir(), reason="the email-Eu-core files are not beside the repository")
def test_a_real_organization_keeps_every_tie_but_its_self_ties() -> None:
    columns = {"id": "node", "learner": "recipient", "source": "sender"}
    organization = load(FilesOrganization(people="people.csv", ties="ties.csv", columns=columns), EMAIL)
    facts = network_facts(organization)
    assert (facts.people, facts.departments, facts.ties, facts.isolated) == (1005, 42, 24929, 19)
    assert facts.within_share == pytest.approx(0.347, abs=5e-4) and facts.reciprocity == pytest.approx(0.71, abs=5e-3)
    assert sum(np.bincount(organization.learner) > 40) == 198
    assert organization.warnings[0] == "642 ties point from a person to the same person and were left out."
