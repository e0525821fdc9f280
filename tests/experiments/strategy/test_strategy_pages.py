"""The pages of a strategy study: the answer first, every number with its id, safe whatever people call things."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_studies import HOSTILE
from made_up_parts import sampled, searched, sized
from made_up_study import answered, planned, worlds
from pages import Page

from experiments.strategy.answer import Answer
from experiments.strategy.answer import answer as answer_of
from experiments.strategy.figures import read_figures
from experiments.strategy.report import CANNOT, write_strategy_report

PROVENANCE = {
    "command": "watercooler study study='<b>x</b>'", "model_version": 5, "versions": {"numpy": "2.4"},
    "assumptions": ["levels were <i>drawn</i>"], "warnings": ["642 ties pointed to one person"],
}  # fmt: skip
LONG = "A policy with a name that goes on and on, far beyond what any chart has room for"
VOID = {"meta", "link", "br", "img", "input", "hr"}


class NumberedPage(Page):
    """A page, and the numbers outside of charts that no title explains."""

    def __init__(self) -> None:
        super().__init__()
        self.titles: list[str] = []
        self.unexplained: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        named = dict(attrs)
        explained = named.get("class") == "figure" or tag in ("svg", "style", "title", "bdi", "h1", "th", "code", "pre")
        if named.get("class") == "figure":
            self.titles.append(named.get("title") or "")
        if tag not in VOID:
            self._open.append((tag, explained))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        if not any(explained for _, explained in self._open):
            self.unexplained += re.findall(r"[^.;]*\d[^.;]*", data.replace("\u00a0", " "))


def paged(answer: Answer, folder: Path) -> tuple[dict[str, str], dict[str, NumberedPage]]:
    write_strategy_report(folder, answer, PROVENANCE)
    texts = {name: (folder / f"{name}.html").read_text("utf-8") for name in ("report", "summary")}
    pages = {}
    for name, text in texts.items():
        pages[name] = NumberedPage()
        pages[name].feed(text)
    return texts, pages


@pytest.fixture(scope="module")
def whole() -> Answer:
    return searched(sampled(sized(["Rotation", "Mentorship", "Incentives", "All together"], seeds=6, futures=40)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def pages(whole: Answer, folder: Path) -> tuple[dict[str, str], dict[str, NumberedPage]]:
    return paged(whole, folder)


def test_the_answer_comes_first_and_every_part_follows(pages: Any) -> None:
    text = pages[1]["report"].text
    order = [
        "Which policy should we choose?", " is acceptable in ", "The next is ", "Acceptable in a future means",
        "The arms, the first of the answer first", "Where the assumptions are as given", "Effect and cost",
        "If the assumptions are others", "When they fail", "Which assumptions matter", "How long it takes",
        "Which portfolio", "What is not known",
        "642 ties", "Assumptions and the study", "levels were <i>drawn</i>", "What this cannot say",
        "Every number, and where it comes from", "How to reproduce it", "watercooler study study='<b>x</b>'",
    ]  # fmt: skip
    places = [text.index(part) for part in order[:5]]
    assert places == sorted(places)
    heads = re.findall(r'<h2 id="(\w+)"', pages[0]["report"])
    assert heads == ["arms", "given", "worth", "futures", "failures", "sensitivity", "waits", "portfolio", "unknown",
                     "assumptions", "limits", "numbers", "reproduce"]  # fmt: skip
    for part in order:
        assert part in text
    for head, _ in CANNOT:
        assert head in text


def test_every_number_on_a_page_has_an_id_that_is_in_the_list(pages: Any, folder: Path) -> None:
    known = read_figures(folder / "numbers.json").by_id
    for name, page in pages[1].items():
        assert len(page.titles) > 20
        assert set(page.titles) <= set(known), name
        shown = re.findall(r'class="figure" title="([^"]+)">(.*?)</span>', pages[0][name])
        for title, text in shown:
            plain = re.sub(r"<[^>]+>", " ", text).replace("\u00a0", " ").replace("&lt;", "<").replace("&gt;", ">")
            assert "".join(plain.split()) == "".join(known[title].text.split()), title


def test_no_number_on_a_page_is_without_an_id(pages: Any) -> None:
    """But for levels of intervals, and what stands below the results: limits, formulas and provenance."""
    allowed = ("95 %", "90 %", "90th percentile", "from 20 worlds on", "642 ties")
    for name, text in pages[0].items():
        page = NumberedPage()
        page.feed(text.partition('<h2 id="limits"')[0])
        left = [words for words in page.unexplained if not any(known in words for known in allowed)]
        assert not left, name


def test_names_are_text_and_never_markup(tmp_path: Path) -> None:
    answer = sampled(sized(HOSTILE, assumptions=HOSTILE, seeds=4, futures=6))
    answer = replace(answer, notes=(HOSTILE[0],))
    texts, found = paged(answer, tmp_path)
    for name, page in found.items():
        assert "<script" not in texts[name].lower()
        assert not {"script", "i", "iframe", "object", "link", "img", "form"} & set(page.tags)
        assert page.handlers == []
        for hostile in HOSTILE:
            assert hostile in page.text
    data = json.loads((tmp_path / "numbers.json").read_text("utf-8"))
    assert any(HOSTILE[0] in row["meaning"] for row in data["numbers"])


def test_nothing_is_loaded_from_anywhere(pages: Any) -> None:
    for name, page in pages[1].items():
        text = pages[0][name]
        assert all(load.startswith(("#", "data:image/png;base64,")) for load in page.loads)
        assert "@import" not in text and "url(http" not in text and "default-src 'none'" in text
        addresses = set(re.findall(r"https?://[^\s\"'<]+", text))
        assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
        assert len(page.ids) == len(set(page.ids))


def test_links_inside_the_page_lead_somewhere(pages: Any) -> None:
    page = pages[1]["report"]
    assert {load[1:] for load in page.loads if load.startswith("#")} <= set(page.ids)


def test_the_same_answer_gives_the_same_pages(whole: Answer, pages: Any, folder: Path, tmp_path: Path) -> None:
    assert paged(whole, tmp_path)[0] == pages[0]
    assert (tmp_path / "numbers.json").read_bytes() == (folder / "numbers.json").read_bytes()


@pytest.mark.parametrize("missing", ["futures", "sensitivity", "thresholds", "failures", "portfolio", "everything"])
def test_whatever_is_missing_is_left_out_without_a_trace(whole: Answer, missing: str, tmp_path: Path) -> None:
    parts: dict[str, dict[str, Any]] = {
        "futures": {"futures": None, "robust": {}, "failures": {}}, "failures": {"failures": {}},
        "portfolio": {"portfolio": None}, "sensitivity": {"sensitivity": None, "screening": None},
        "thresholds": {"waits": {}},
    }  # fmt: skip
    without = parts[missing] if missing in parts else {k: v for part in parts.values() for k, v in part.items()}
    texts, _ = paged(replace(whole, **without), tmp_path)
    heads = re.findall(r'<h2 id="(\w+)"', texts["report"])
    for head, part in (("futures", "futures"), ("sensitivity", "sensitivity"), ("waits", "thresholds"),
                       ("failures", "failures"), ("portfolio", "portfolio")):  # fmt: skip
        gone = missing in (part, "everything") or (head == "failures" and missing == "futures")
        assert (head in heads) != gone
        assert (f'href="#{head}"' in texts["report"]) == (head in heads)
    assert not re.search(r"\bnan\b|\bNone\b|\binf\b", texts["report"] + texts["summary"])


def test_small_studies_have_pages(tmp_path: Path) -> None:
    design = planned(1, 1)
    one = answer_of(design, worlds(design, 1, 1, with_contact=False), None)
    for number, answer in enumerate((one, answered(futures=2, seeds=2))):
        texts, _ = paged(answer, tmp_path / str(number))
        assert not re.search(r"\bnan\b", texts["report"] + texts["summary"])


def test_the_summary_has_three_sentences_one_chart_and_few_arms(tmp_path: Path) -> None:
    answer = sized([f"Policy {i}" for i in range(9)], seeds=4, futures=6)
    texts, found = paged(answer, tmp_path)
    assert found["summary"].tags.count("svg") == 1
    assert texts["summary"].count('<p class="answer') == 3
    assert texts["summary"].count('<th scope="row">') == 6
    assert "The first of 9 arms" in re.sub(r"<[^>]+>", "", texts["summary"])


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.skipif(CHROMIUM is None, reason="no browser to print with")
@pytest.mark.parametrize("paper", ["A4", "letter"])
def test_the_summary_is_one_page_when_printed(paper: str, tmp_path: Path) -> None:
    names = [f"{LONG} {i}" for i in range(8)]
    answer = sampled(sized(names, seeds=4, futures=6, money=True, assumptions=[f"{LONG} {i}" for i in range(12)]))
    study = replace(answer.design.study, question=f"{LONG}, and which of them should we choose?")
    answer = replace(answer, design=replace(answer.design, study=study))
    texts, _ = paged(answer, tmp_path)
    page, printed = tmp_path / "sized.html", tmp_path / "summary.pdf"
    page.write_text(texts["summary"].replace("@page {", f"@page {{ size: {paper};"), "utf-8")
    subprocess.run(
        [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
         "--no-pdf-header-footer", f"--print-to-pdf={printed}", page.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed.read_bytes())) == 1
