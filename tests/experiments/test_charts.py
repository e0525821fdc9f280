"""Charts: the same bytes each time, every name right, and no label over another or over the edge."""

from __future__ import annotations

import warnings
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_studies import DEMO, HOSTILE, Plan, study, wide_and_sure

from experiments.charts import Chart, draw_charts, effort, fonts, forest, spread, style, trust
from experiments.charts.effort import place_label
from experiments.charts.inline import inline_svg
from experiments.charts.scene import Scene
from experiments.charts.text import (
    balanced,
    keep_apart,
    lines_of,
    on_two_lines,
    shorten,
    shorten_all,
    widest,
    wrap,
)
from experiments.comparison import compare

LONG = "A policy with a name that goes on and on, far beyond what any chart has room for"
KINDS = ("rotation", "incentives", "mentorship")


def drawn(folder: Path, plans: Any = DEMO, **options: Any) -> list[Chart]:
    made, records = study(plans, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return draw_charts(made, records, compare(made, records), folder)


def many(count: int) -> list[Plan]:
    return [
        Plan(f"arm{i}", (HOSTILE[i] if i < len(HOSTILE) else f"{LONG} {i}"), KINDS[i % 3],
             {"need_met": 0.01 * i - 0.02, "adequacy": 0.004 * i}, 0.1 * i)
        for i in range(count)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> list[Chart]:
    return drawn(tmp_path_factory.mktemp("charts"), seeds=6, weeks=60)


def texts(chart: Chart) -> list[str]:
    root = ElementTree.parse(chart.svg).getroot()
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_every_chart_comes_as_svg_and_png_with_words(demo: list[Chart]) -> None:
    assert [chart.name for chart in demo] == [
        "need-met-over-time", "paired-differences", "flow-all", "flow-mentorship", "flow-incentives", "flow-rotation",
        "trust", "hours-against-effect",
    ]  # fmt: skip
    for chart in demo:
        assert chart.png.read_bytes().startswith(b"\x89PNG")
        assert chart.alt.startswith(chart.title)
        assert len(chart.caption) > 80
        assert any(character.isdigit() for character in chart.title)


def test_the_same_results_give_the_same_bytes(demo: list[Chart], tmp_path: Path) -> None:
    for one, two in zip(demo, drawn(tmp_path, seeds=6, weeks=60), strict=True):
        assert one.svg.read_bytes() == two.svg.read_bytes()
        assert one.png.read_bytes() == two.png.read_bytes()


def test_an_svg_holds_no_date_and_no_address_to_load(demo: list[Chart]) -> None:
    for chart in demo:
        text = chart.svg.read_text("utf-8")
        assert "matplotlib.org" not in text
        assert "dc:date" not in text
        for element in ElementTree.fromstring(text).iter():
            link = element.get("{http://www.w3.org/1999/xlink}href", "#")
            assert link.startswith(("#", "data:image/png;base64,"))


def test_titles_say_the_finding_with_numbers(demo: list[Chart]) -> None:
    titles = {chart.name: chart.title for chart in demo}
    assert "All three together: " in titles["need-met-over-time"]
    assert titles["paired-differences"].startswith("4 of 4 raised need met, All three together most, by ")
    assert "of learning crosses departments" in titles["flow-all"]
    assert titles["hours-against-effect"].startswith("Most gain for the hours: Mentorship, ")


def test_titles_choose_among_effects_that_the_worlds_can_show() -> None:
    made, records = wide_and_sure()
    scene = Scene(made, records, compare(made, records), {})
    assert scene.comparison.results["wide", "trust_across"].difference > 0.04
    for chart in (spread, forest, effort, trust):
        said = chart.title(scene)
        assert "Sure" in said
        assert "Wide" not in said
        assert "these worlds can show" in said


def test_titles_say_when_no_effect_is_clear() -> None:
    made, records = wide_and_sure()
    made = replace(made, arms=made.arms[:2])
    scene = Scene(made, records, compare(made, records), {})
    for chart in (spread, forest, effort, trust):
        assert "more than chance could" in chart.title(scene)


def test_hostile_names_stay_text_in_the_svg(tmp_path: Path) -> None:
    charts = drawn(tmp_path, many(3), seeds=3, weeks=30, departments=HOSTILE)
    flow = next(chart for chart in charts if chart.name.startswith("flow-"))
    written = texts(flow)
    for name in ("R&D $x_1$", "销售部", "🚀 Growth"):
        assert name in written
    assert "<script" not in flow.svg.read_text("utf-8").lower()
    if flow.stand_ins:
        assert set(flow.stand_ins) <= {"销售部", "🚀 Growth"}


def test_names_that_no_font_has_get_a_stand_in_in_the_png(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.charts.fallbacks", lambda characters: ([], set(characters)))
    plans = [Plan("a", "销售部", effects={"need_met": 0.05}), DEMO[0]]
    charts = drawn(tmp_path, plans, seeds=3, weeks=30, departments=["销售部门", "A"])
    assert charts[0].stand_ins == {"销售部门": "Department 2", "销售部": "Arm 2"}
    assert any("销售部" in text for text in texts(charts[0]))


def test_flow_charts_of_an_earlier_study_are_removed(tmp_path: Path) -> None:
    drawn(tmp_path, DEMO[:2], seeds=3, weeks=30)
    (tmp_path / "mine.svg").write_text("kept")
    drawn(tmp_path, DEMO[:1], seeds=3, weeks=30)
    assert sorted(path.name for path in tmp_path.glob("flow-*.svg")) == ["flow-rotation.svg"]
    assert (tmp_path / "mine.svg").exists()


def test_charts_that_this_study_does_not_have_are_removed(tmp_path: Path) -> None:
    drawn(tmp_path, DEMO[:1], seeds=3, weeks=30)
    assert (tmp_path / "hours-against-effect.png").exists()
    drawn(tmp_path, DEMO[1:2], seeds=3, weeks=30)  # incentives cost nothing here
    assert not list(tmp_path.glob("hours-against-effect.*"))


@pytest.mark.parametrize("names", [("轮岗 plan", "导师 plan"), ("long stays", "Long stays")])
def test_arms_whose_file_names_would_be_the_same_keep_their_charts(names: Any, tmp_path: Path) -> None:
    plans = [Plan(name, name, effects={"need_met": 0.02}) for name in names]
    flows = [c for c in drawn(tmp_path, plans, seeds=3, weeks=30) if c.name.startswith("flow-")]
    assert len({chart.svg for chart in flows}) == 2
    assert all(chart.svg.exists() for chart in flows)


def test_money_in_an_arm_that_is_not_shown_draws_no_chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.charts.scene.MOST_ARMS", 1)
    plans = [Plan("a", "A", effects={"need_met": 0.05}), Plan("b", "B", effects={"need_met": 0.01}, money=3.0)]
    assert "hours-against-effect" not in [chart.name for chart in drawn(tmp_path, plans, seeds=8, weeks=60)]


@pytest.mark.parametrize(
    ("plans", "options"),
    [
        (DEMO[:1], {"seeds": 1, "weeks": 1}),
        (DEMO[:2], {"seeds": 2, "weeks": 20, "departments": ["only"]}),
        ((), {"seeds": 2, "weeks": 20}),
        ([Plan("free", "Free", effects={"need_met": 0.02})], {"seeds": 3, "weeks": 30}),
        ([Plan("paid", "Paid", effects={"need_met": 0.02}, money=5.0)], {"seeds": 3, "weeks": 30}),
    ],
    ids=["one world and week", "one department", "no arm", "no cost", "money only"],
)
def test_small_studies_are_drawn(plans: Any, options: Any, tmp_path: Path) -> None:
    assert drawn(tmp_path, plans, **options)


def test_of_very_many_arms_those_that_changed_most_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.charts.scene.MOST_ARMS", 3)
    made, records = study(many(6), seeds=3, weeks=60)
    scene = Scene(made, records, compare(made, records), {})
    assert len(scene.arms) == 3
    assert scene.arms[-1].name == "arm5"


def test_a_metric_without_values_is_drawn_as_such(tmp_path: Path) -> None:
    for count in (2, 6):
        made, records = study(many(count), seeds=2, weeks=20)
        for record in records.values():
            record.weekly["ties_across"][:] = 0.0
        assert draw_charts(made, records, compare(made, records), tmp_path / str(count))


def boxes(figure: Any) -> Iterator[tuple[str, Any]]:
    """Every text that is drawn, with its extent in pixels."""
    from matplotlib.text import Text

    renderer = figure.canvas.get_renderer()
    unseen = set()
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        low, high = sorted(axis.get_view_interval())
        unseen |= {id(tick.label1) for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high}
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and id(text) not in unseen:
            yield text.get_text(), text.get_window_extent(renderer)


@pytest.mark.parametrize(
    ("count", "departments"),
    [(2, 8), (5, 42), (12, 8)],
    ids=["two arms, 8 departments", "five arms, 42 departments", "twelve arms"],
)
def test_no_text_overlaps_another_or_leaves_the_sheet(
    count: int, departments: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matplotlib.backends import backend_agg

    canvas: Any = backend_agg.FigureCanvasAgg
    seen: list[Any] = []

    def look(figure: Any, path: Path) -> None:
        canvas(figure).draw()
        seen.append((path.name, list(boxes(figure)), figure.bbox))

    monkeypatch.setattr(style, "save_png", look)
    monkeypatch.setattr("experiments.charts.write_whole", lambda path, write: write(path))
    names = [f"Department of long names number {i}" for i in range(departments)]
    plain = [Plan(f"arm{i}", f"Arm of policies {i}", KINDS[i % 3], {"need_met": 0.007 * i - 0.02}, 0.3 * (i % 4))
             for i in range(count)]  # fmt: skip
    drawn(tmp_path, plain, seeds=4, weeks=60, departments=names)
    assert seen
    for name, found, sheet in seen:
        for text, box in found:
            assert box.x0 >= sheet.x0 - 1, (name, text)
            assert box.x1 <= sheet.x1 + 1, (name, text)
            assert box.y0 >= sheet.y0 - 1, (name, text)
            assert box.y1 <= sheet.y1 + 1, (name, text)
        for place, (text, box) in enumerate(found):
            for other, beside in found[:place]:
                wide = min(box.x1, beside.x1) - max(box.x0, beside.x0)
                tall = min(box.y1, beside.y1) - max(box.y0, beside.y0)
                assert wide <= 2 or tall <= 6, (name, text, other)


def test_an_arm_has_one_colour_and_it_reads_on_white() -> None:
    made, records = study(DEMO, seeds=2, weeks=20)
    scene = Scene(made, records, compare(made, records), {})
    assert scene.colour("baseline") == style.BASELINE
    colours = [scene.colour(plan.name) for plan in DEMO]
    assert colours == list(style.PALETTE[:4])
    assert len(set(style.PALETTE)) == len(style.PALETTE)
    for colour in (*style.PALETTE, style.BASELINE):
        from matplotlib.colors import to_rgb

        assert 1.05 / (style._luminance(to_rgb(style.text_colour(colour))) + 0.05) >= 4.5


def test_inlined_svg_is_named_and_its_ids_are_its_own(demo: list[Chart]) -> None:
    ids: list[str] = []
    for chart in demo:
        root = ElementTree.fromstring(inline_svg(chart))
        own = [element.get("id", "") for element in root.iter() if element.get("id")]
        assert all(each.startswith(f"{chart.name}-") for each in own)
        ids += own
        assert root.get("role") == "img"
        assert root[0].text == chart.title
        assert root.get("aria-labelledby") == f"{root[0].get('id')} {root[1].get('id')}"
        known = set(own)
        for element in root.iter():
            link = element.get("{http://www.w3.org/1999/xlink}href", "")
            assert not link.startswith("#") or link[1:] in known
            assert "style" not in element.tag
    assert len(ids) == len(set(ids))


def test_labels_keep_apart_and_stay_near() -> None:
    draw = np.random.default_rng(0)
    for count in (1, 2, 7, 20):
        wanted = list(draw.uniform(0.0, 5.0, count))
        placed = keep_apart(wanted, 0.25, 0.0, 5.0)
        ordered = sorted(placed)
        assert all(b - a >= 0.25 - 1e-9 for a, b in pairwise(ordered))
        assert min(placed) >= 0.0
        assert max(placed) <= 5.0 + 1e-9
        assert np.array_equal(np.argsort(wanted), np.argsort(placed))
    assert keep_apart([1.0, 3.0], 0.5, 0.0, 5.0) == [1.0, 3.0]
    assert keep_apart([2.0, 2.0], 0.5, 0.0, 5.0) == pytest.approx([1.75, 2.25])
    assert keep_apart([], 1.0, 0.0, 1.0) == []


def test_a_label_takes_the_nearest_free_place() -> None:
    frame = (0.0, 0.0, 10.0, 10.0)
    assert place_label((1.0, 5.0), (2.0, 0.4), [], frame) == pytest.approx((1.22, 4.8))
    left, bottom = place_label((1.0, 5.0), (2.0, 0.4), [(1.2, 4.0, 3.0, 6.0)], frame)
    assert left + 2.0 <= 1.2 or bottom >= 6.0 or bottom + 0.4 <= 4.0
    assert left >= 0.0
    everywhere = [(-9.0, -9.0, 19.0, 19.0)]
    assert place_label((1.0, 5.0), (2.0, 0.4), everywhere, frame)


def test_of_many_arms_only_the_undominated_are_named() -> None:
    plans = [Plan(f"a{i}", f"A{i}", effects={"need_met": 0.005 * (i % 5)}, hours=0.1 + 0.1 * i) for i in range(14)]
    made, records = study(plans, seeds=3, weeks=60)
    scene = Scene(made, records, compare(made, records), {})
    named = [arm.name for arm in effort.named(scene)]
    gains = {name: scene.comparison.results[name, "need_met"].difference for name in named}
    assert 0 < len(named) <= 5
    assert list(gains.values()) == sorted(gains.values())


def test_wrapping_and_shortening() -> None:
    assert wrap("one two three", 100.0, 12.0) == ["one two three"]
    lines = wrap(LONG, 3.0, 12.0)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(fonts.width(line, 12.0) <= 3.0 for line in lines)
    assert all(fonts.width(line, 12.0) <= 2.0 for line in wrap("x" * 200, 2.0, 12.0, lines=9))
    two = balanced("a sentence that needs two lines to be said", 2.6, 14.0)
    assert len(two) == 2
    assert abs(len(two[0]) - len(two[1])) < 12
    assert shorten("short", 5.0, 12.0) == "short"
    same = shorten_all([f"{LONG} 1", f"{LONG} 2", "other"], 1.5, 12.0)
    assert len(set(same)) == 3
    assert len(set(shorten_all([LONG, LONG, LONG], 1.5, 12.0))) == 3
    assert shorten_all(["ab", "ab"], 0.01, 12.0)


def test_long_names_take_two_lines_where_that_shows_them_whole() -> None:
    names = ["Interdepartmental collaboration", "Rotation", "Unbreakable" * 9]
    whole, short, cut = on_two_lines(names, 2.7, style.BODY, bold=True)
    assert whole == "Interdepartmental\ncollaboration" and short == "Rotation"
    assert cut.endswith("…") and "\n" not in cut
    assert lines_of([whole, short]) == 2 and lines_of([short]) == 1
    assert widest([whole], style.BODY, bold=True) == fonts.width("Interdepartmental", style.BODY, bold=True)


def test_of_many_aims_those_that_most_arms_share_get_a_panel() -> None:
    made, records = study(DEMO, seeds=4)
    found = compare(made, records)
    rare = ("trust_within", "gini", "performance", "thin_topics", "budget_binding")
    targets = {"rotation": ("trust_across", *rare), "incentives": ("trust_across",), "mentorship": (), "all": ()}
    scene = Scene(made, records, replace(found, targets=targets), {})
    shown = forest.metrics(scene)
    assert len(shown) == 6 and {"need_met", "adequacy", "trust_across"} <= set(shown)


def test_names_are_cleaned_for_one_line() -> None:
    assert fonts.clean("a\nb\x00c\u202ed") == "a b cd"
    assert fonts.clean("\u2066 \ud800") == "(no name)"
    assert fonts.clean("👩\u200d💻") == "👩\u200d💻"


def test_fonts_know_what_they_lack() -> None:
    assert fonts.missing(["abc é Ω €"]) == set()
    assert fonts.missing(["销 🚀\ufe0f"]) == {"销", "🚀"}
    assert fonts.width("销", 72.0) == pytest.approx(1.0)
    assert fonts.width("e\u0301", 10.0) == fonts.width("e", 10.0)
    families, left = fonts.fallbacks({"\U0010ffff"})
    assert (families, left) == ([], {"\U0010ffff"})
    assert fonts.substitutes({"销": "Department 1", "a": "Department 2"}, {"销"}) == {"销": "Department 1"}
