"""Reading YAML strictly: typed by unmistakable spelling, refused when it asks for more than data."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sim import documents
from sim.documents import MOST_BYTES, MOST_NODES, read_document, read_yaml, write_yaml
from sim.plain import MOST_PROBLEMS, UNREADABLE
from sim.problems import InputError


@pytest.fixture(params=["SafeLoader", "CSafeLoader"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers that PyYAML may come with."""
    if not hasattr(yaml, request.param):
        pytest.skip("PyYAML without libyaml")
    monkeypatch.setattr(documents, "_LOADER", getattr(yaml, request.param))


def problems(text: str) -> list[str]:
    """Every problem of a document, as the user reads it."""
    try:
        return [str(problem) for problem in read_document(text, "s.yaml").problems]
    except InputError as error:
        return [str(problem) for problem in error.problems]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("spelling", "value"),
    [
        ("NO", "NO"), ("off", "off"), ("12:30", "12:30"), ("010", "010"), ("0x1f", "0x1f"), ("0o17", "0o17"),
        ("1_000", "1_000"), ("2020-01-01", "2020-01-01"), ("007", "007"), ("NaN", "NaN"), ("inf", "inf"), ("=", "="),
        ("1.2.3", "1.2.3"), ("1e", "1e"), ("'3'", "3"), ('"true"', "true"), ("''", ""), ("'~'", "~"),
        ("'1e400'", "1e400"),
        ("3", 3), ("+3", 3), ("-3", -3), ("-0", 0), ("0", 0), ("3.", 3.0), (".5", 0.5), ("1e3", 1000.0),
        ("1E-3", 0.001), ("0.1", 0.1), ("-1.5", -1.5), ("true", True), ("False", False), ("null", None), ("~", None),
        ("", None),
        ("[]", []), ("{}", {}), ("[1, a, [2.5]]", [1, "a", [2.5]]),
    ],
)  # fmt: skip
def test_a_value_is_typed_only_if_its_spelling_leaves_no_doubt(spelling: str, value: object) -> None:
    read = read_yaml(f"a: {spelling}\n", "s.yaml")[0]["a"]
    assert (read, type(read)) == (value, type(value))


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    "spelling", ["1e400", "-1e400", ".inf", "-.Inf", "+.INF", ".nan", ".NaN", "9" * 400, "9" * 5000]
)
def test_a_number_that_is_not_finite_is_refused(spelling: str) -> None:
    found = problems(f"weeks: 3\na: {spelling}\n")
    assert len(found) == 1
    assert found[0].startswith("s.yaml, line 2, a: '")
    assert found[0].endswith("is not a finite number; write a number, or put quotes around it for text")


def test_every_key_is_text() -> None:
    assert read_yaml("1: a\nnull: b\ntrue: c\n010: d\n", "s")[0] == {"1": "a", "null": "b", "true": "c", "010": "d"}


@pytest.mark.usefixtures("parser")
def test_every_key_path_has_its_line() -> None:
    text = "# heading\na: 1\n\nb:\n  c: 2\n  d:\n    - 3\n    - {e: 4}\n"
    assert read_yaml(text, "s.yaml")[1] == {
        (): 1, ("a",): 2, ("b",): 4, ("b", "c"): 5, ("b", "d"): 6, ("b", "d", 0): 7, ("b", "d", 1): 8,
        ("b", "d", 1, "e"): 8,
    }  # fmt: skip


def test_a_key_given_twice_is_refused_with_both_lines_and_the_first_value_stays() -> None:
    document = read_document("a: 1\nb:\n  c: 1\n  d: 2\n  c: {x: 3}\na: 5\n", "s.yaml")
    assert [str(problem) for problem in document.problems] == [
        "s.yaml, line 5, b.c: is given twice, on lines 3 and 5; keep one",
        "s.yaml, line 6, a: is given twice, on lines 1 and 6; keep one",
    ]
    assert document.content == {"a": 1, "b": {"c": 1, "d": 2}}


DATA_ONLY = "is refused: a scenario is data"


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: &x 1", "s.yaml, line 1: the anchor '&x' is refused; remove it"),
        (
            "a: !!python/object/apply:os.system [x]",
            f"s.yaml, line 1: the tag 'tag:yaml.org,2002:python/object/apply:os.system' {DATA_ONLY}; remove it",
        ),
        ("a: !!str 3", f"s.yaml, line 1: the tag 'tag:yaml.org,2002:str' {DATA_ONLY}; remove it"),
        ("a: ! 3", f"s.yaml, line 1: the tag '!' {DATA_ONLY}; remove it"),
        ("!x {a: 1}", f"s.yaml, line 1: the tag '!x' {DATA_ONLY}; remove it"),
        (
            "b: 1\n_target_: os.system",
            f"s.yaml, line 2, _target_: the key '_target_' {DATA_ONLY}, nothing in it is called; remove it",
        ),
        (
            "a: {_partial_: true}",
            f"s.yaml, line 1, a._partial_: the key '_partial_' {DATA_ONLY}, nothing in it is called; remove it",
        ),
        (
            "a: ${oc.env:SECRET}",
            f"s.yaml, line 1, a: '${{oc.env:SECRET}}' asks for interpolation, which {DATA_ONLY}; "
            "write the value itself",
        ),
        (
            "a: ['x${b}']",
            f"s.yaml, line 1, a[0]: 'x${{b}}' asks for interpolation, which {DATA_ONLY}; write the value itself",
        ),
        (
            "'${a}': 1",
            f"s.yaml, line 1, ${{a}}: '${{a}}' asks for interpolation, which {DATA_ONLY}; write the value itself",
        ),
        ("<<: {a: 1}", "s.yaml, line 1, <<: the merge key '<<' is not read; write the fields out"),
        ("? [a]\n: 1", "s.yaml, line 1: a key is a list, a mapping or an alias; write a name"),
        ("'': 1", "s.yaml, line 1: a key is empty; write a name before the colon"),
        ('a: "\\e[31m"', "s.yaml, line 1, a: '\\x1b[31m' holds a control character; remove it"),
        (
            "a: 1\n---\nb: 1",
            "s.yaml, line 2: a second document starts here; keep one, without a line `---` between them",
        ),
        ("- 1", "s.yaml, line 1: holds no fields; write lines such as `weeks: 156`"),
        ("156", "s.yaml, line 1: holds no fields; write lines such as `weeks: 156`"),
        ("", "s.yaml, line 1: is empty; write lines such as `weeks: 156`"),
        ("# nothing\n", "s.yaml, line 1: is empty; write lines such as `weeks: 156`"),
        ("null", "s.yaml, line 1: is empty; write lines such as `weeks: 156`"),
        ("a: 1\nb: \x07", "s.yaml, line 2: holds a control character; remove it"),
    ],
)
def test_what_asks_for_more_than_data_is_refused(text: str, problem: str) -> None:
    assert problems(text) == [problem]


def test_aliases_and_everything_else_are_reported_in_one_go() -> None:
    found = problems("a: &x [1]\nb: *x\nc: !t 2\nd: ${e}\n_args_: [1]\nf: .inf\n")
    assert [text.split(" is ")[0].split(" asks ")[0] for text in found] == [
        "s.yaml, line 1: the anchor '&x'", "s.yaml, line 2: the alias '*x'", "s.yaml, line 3: the tag '!t'",
        "s.yaml, line 6, f: '.inf'", "s.yaml, line 4, d: '${e}'", "s.yaml, line 5, _args_: the key '_args_'",
    ]  # fmt: skip


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "start", "mend"),
    [
        ("a: 1\n\tb: 2\n", "s.yaml, line 2: is not YAML: ", "indent with spaces"),
        ("a: [1,\n", "s.yaml, line 2: is not YAML: ", "check indentation, colons, quotes and brackets there"),
        ("a: 'x\n", "s.yaml, line 2: is not YAML: ", "check indentation, colons, quotes and brackets there"),
        ("a: b: c\n", "s.yaml, line 1: is not YAML: ", "check indentation, colons, quotes and brackets there"),
        ('a: "\\ud800"\n', "s.yaml, line 1", ""),
    ],
)
def test_what_is_not_yaml_is_a_problem_with_its_line(text: str, start: str, mend: str) -> None:
    (found,) = problems(text)
    assert found.startswith(start)
    assert found.endswith(mend)


LETTERS = "abcdefghijklmnopqrst"
ALIASES = "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in itertools.pairwise(LETTERS))
BOMBS = {
    "brackets": "[" * 100_000,
    "braces": "{" * 100_000,
    "pairs": "{a: " * 100_000,
    "closed": "[" * 50_000 + "]" * 50_000,
    "nested list": "- " * 100_000,
    "nested keys": "? " * 100_000,
    "aliases": "a: &a [x, x]\n" + ALIASES,
    "list": "a: [" + "1," * 400_000 + "]",
    "keys": "".join(f"k{n}: {n}\n" for n in range(60_000)),
    "documents": "---\n" * 200_000,
    "quotes": '"' * 900_000,
    "anchors": "a:\n" + "- &a 1\n" * 100_000,
    "interpolations": "a:\n" + "- ${a}\n" * 9_000,
    "doubled": "a: 1\n" * 9_000,
    "large": "#" * 9_000_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_a_second(name: str) -> None:
    began = time.process_time()
    assert problems(BOMBS[name])
    assert time.process_time() - began < 1


def test_long_text_is_read_within_a_second() -> None:
    began = time.process_time()
    assert len(read_yaml("a: " + "b " * 450_000, "s")[0]["a"]) == 899_999
    assert time.process_time() - began < 1


def test_the_limits_are_named() -> None:
    assert problems("[" * 31) == ["s.yaml, line 1: is nested more than 30 deep; a scenario has four levels"]
    many = problems("a: [" + "1," * MOST_NODES + "]")
    assert many == ["s.yaml, line 1: holds more than 20,000 values; is this the right file?"]
    assert problems("#" * (MOST_BYTES + 1)) == ["s.yaml: is larger than 1 MB; is this the right file?"]
    assert not problems("a: " + "[" * 29 + "]" * 29)
    listed = problems("a:\n" + "- ${a}\n" * 200)
    assert len(listed) == MOST_PROBLEMS + 1
    assert listed[-1] == "s.yaml: there are more than 100 problems; mend these first"


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("a: 1\nb: Köln\n".encode("latin-1"))
    marked = tmp_path / "marked.yaml"
    marked.write_bytes("\ufeffa: Köln\n".encode())
    for path, problem in [
        (latin, "s.yaml, line 2: is not UTF-8 text; save the file as UTF-8"),
        (tmp_path / "none.yaml", "s.yaml: there is no such file; check the path and its permissions"),
        (tmp_path, "s.yaml: is not a file; check the path and its permissions"),
        (Path("a\0b"), "s.yaml: there is no such file; check the path and its permissions"),
    ]:
        with pytest.raises(InputError) as caught:
            read_yaml(path, "s.yaml")
        assert str(caught.value) == problem
    assert read_yaml(marked, "s.yaml")[0] == {"a": "Köln"}
    monkeypatch.setattr(Path, "open", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(InputError, match=r"s\.yaml: cannot be read: Permission denied; check"):
        read_yaml(marked, "s.yaml")
    with pytest.raises(InputError, match="is not UTF-8 text"):
        read_yaml("a: \ud800", "s.yaml")


def test_read_yaml_raises_what_read_document_keeps() -> None:
    assert read_document("a: .inf\nb: 2\n", "s").content == {"a": UNREADABLE, "b": 2}
    assert repr(UNREADABLE) == "UNREADABLE"
    with pytest.raises(InputError, match="not a finite number"):
        read_yaml("a: .inf\nb: 2\n", "s")


TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12).filter(lambda text: "${" not in text)
KEYS = TEXT.filter(lambda key: key not in ("", "<<") and not (key.startswith("_") and key.endswith("_")))
NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
SPELLINGS = st.sampled_from(
    ["1e3", "010", "NO", "12:30", "null", "~", ".inf", "+1", "-.5", "-", "?", "#", "*a", "&a", "!t", "'", "|", "%"]
)
DATA = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT | SPELLINGS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, DATA, min_size=1, max_size=4))
def test_what_is_written_is_read_back_the_same(mapping: dict[str, object]) -> None:
    read = read_yaml(write_yaml(mapping), "s.yaml")[0]
    assert read == mapping
    assert repr(read) == repr(mapping)
