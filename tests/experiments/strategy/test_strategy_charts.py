"""Charts of a strategy study: true to the answer, the same bytes each time, and no label over another or outside."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_studies import HOSTILE
from made_up_parts import cursed, sampled, searched, sized
from made_up_study import answered

from experiments.analysis.verdicts import Settled, Unsettled
from experiments.charts import style
from experiments.strategy.answer import Answer
from experiments.strategy.charts import (
    MOST_IN_SUMMARY,
    SUMMARY,
    Drawn,
    acceptance,
    draw_charts,
    drawings,
    failures,
    forest,
    promises,
    ranks,
    regret,
    waits,
    worth,
)
from experiments.strategy.charts.scene import Drawing, Scene
from experiments.strategy.figures_all import figures_of

LONG = "A policy with a name that goes on and on, far beyond what any chart has room for"


def drawn(answer: Answer, folder: Path) -> list[Drawn]:
    return draw_charts(answer, figures_of(answer), folder)


def scene_of(answer: Answer) -> Scene:
    return Scene(answer, figures_of(answer), {})


def texts(path: Path) -> list[str]:
    root = ElementTree.parse(path).getroot()
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.fixture(scope="module")
def answer() -> Answer:
    return searched(sampled(sized(["Rotation", "Mentorship", "Incentives", "All together"], seeds=6, futures=40)))


@pytest.fixture(scope="module")
def charts(answer: Answer, tmp_path_factory: pytest.TempPathFactory) -> list[Drawn]:
    return drawn(answer, tmp_path_factory.mktemp("strategy"))


def test_every_part_of_the_answer_has_its_chart(charts: list[Drawn]) -> None:
    assert [each.chart.name for each in charts] == [
        "summary", "effects", "effect-against-hours", "acceptable-futures", "regret", "ranks", "fails-where-arm2",
        "screening", "shares-of-variance", "weeks-until-need_met", "weeks-until-weeks_to_half", "promised-and-kept",
    ]  # fmt: skip
    for each in charts:
        assert each.chart.png.read_bytes().startswith(b"\x89PNG")
        assert len(each.chart.caption) > 80 and each.kinds


def test_kinds_of_numbers_that_charts_name_exist(answer: Answer, charts: list[Drawn]) -> None:
    known = {each.id.split("/")[0] for each in figures_of(answer)}
    for each in charts:
        assert set(each.kinds) <= known


def test_the_same_answer_gives_the_same_bytes(answer: Answer, charts: list[Drawn], tmp_path: Path) -> None:
    for one, two in zip(charts, drawn(answer, tmp_path), strict=True):
        assert one.chart.svg.read_bytes() == two.chart.svg.read_bytes()
        assert one.chart.png.read_bytes() == two.chart.png.read_bytes()


def test_charts_load_nothing(charts: list[Drawn]) -> None:
    for each in charts:
        for element in ElementTree.parse(each.chart.svg).getroot().iter():
            link = element.get("{http://www.w3.org/1999/xlink}href", "#")
            assert link.startswith(("#", "data:image/png;base64,"))


@pytest.mark.parametrize("missing", ["futures", "sensitivity", "waits", "failures", "portfolio", "all"])
def test_whatever_is_missing_is_left_out(answer: Answer, missing: str, tmp_path: Path) -> None:
    without: dict[str, Any] = {}
    if missing in ("futures", "all"):
        without |= {"futures": None, "robust": {}}
    if missing in ("sensitivity", "all"):
        without |= {"sensitivity": None, "screening": None}
    if missing in ("waits", "all"):
        without |= {"waits": {}}
    if missing in ("failures", "futures", "all"):
        without |= {"failures": {}}
    if missing in ("portfolio", "all"):
        without |= {"portfolio": None}
    names = {each.chart.name for each in drawn(replace(answer, **without), tmp_path)}
    assert ("regret" in names) == (missing not in ("futures", "all"))
    assert ("screening" in names) == (missing not in ("sensitivity", "all"))
    assert ("weeks-until-need_met" in names) == (missing not in ("waits", "all"))
    assert ("fails-where-arm2" in names) == (missing not in ("failures", "futures", "all"))
    assert ("promised-and-kept" in names) == (missing not in ("portfolio", "all"))
    assert {"summary", "effects", "effect-against-hours"} <= names


def test_a_ranking_that_has_not_settled_is_not_drawn(answer: Answer) -> None:
    noisy = sampled(answer, noise=40.0, base=8)
    assert noisy.sensitivity is not None and isinstance(noisy.sensitivity.verdict, Unsettled)
    assert "shares-of-variance" not in [each.name for each in drawings(scene_of(noisy))]
    assert answer.sensitivity is not None and isinstance(answer.sensitivity.verdict, Settled)
    assert "shares-of-variance" in [each.name for each in drawings(scene_of(answer))]


def test_charts_of_an_earlier_report_are_removed(answer: Answer, tmp_path: Path) -> None:
    drawn(answer, tmp_path)
    (tmp_path / "mine.svg").write_text("kept")
    drawn(replace(answer, waits={}, sensitivity=None), tmp_path)
    left = {path.name for path in tmp_path.glob("*.svg")}
    assert "mine.svg" in left and "screening.svg" in left
    assert not any(name.startswith(("weeks-until", "shares")) for name in left)


def test_titles_say_the_finding() -> None:
    scene = scene_of(answered(budget={"hours": 1.3}, outcomes={"need_met": {"smallest": 2.0, "threshold": 44.0}}))
    assert forest.title(scene).startswith("3 of 3 arms improve need met where the assumptions are as given, All")
    assert acceptance.title(scene) == "Rotation is acceptable in 100\u00a0% (88 to 100) of 30 futures"
    assert worth.title(scene).startswith(
        "All together and Mentorship: nothing brings as much for less; of 3 arms, 1 is"
    )
    assert regret.title(scene).startswith("In nine of ten futures Rotation falls short of the best arm by at most 10.9")
    assert ranks.title(scene).startswith("All together is the best arm in 80\u00a0% of the futures, whatever")
    assert (
        waits.title(scene, "need_met")
        == "With All together need met is at 44\u00a0% from the start in half of the worlds"
    )


def test_titles_praise_nothing_where_nothing_is_acceptable() -> None:
    scene = scene_of(answered(outcomes={"need_met": {"smallest": 50.0, "threshold": 90.0}}, futures=5))
    assert acceptance.title(scene) == "No arm is acceptable in any of 5 futures"
    assert waits.title(scene, "need_met") == "In no world need met reaches 90\u00a0% before the run ends"
    nobody = replace(scene, answer=replace(scene.answer, frontier=_nobody(scene.answer)))
    assert worth.title(nobody) == "Doing nothing costs less and brings as much as every arm"


def _nobody(answer: Answer) -> Any:
    standings = tuple(replace(each, efficient=each.arm == "baseline") for each in answer.frontier.standings)
    return replace(answer.frontier, standings=standings)


def test_parts_of_a_bar_are_all_futures(answer: Answer) -> None:
    for found in answer.robust["need_met"].arms:
        shares = acceptance.parts(found)
        assert sum(shares) == pytest.approx(1.0) and min(shares) >= -1e-12
        assert shares[1] + shares[2] == pytest.approx(found.too_weak)
        assert shares[2] + shares[3] == pytest.approx(found.too_dear)


def test_boxes_are_drawn_where_the_assumption_is(answer: Answer) -> None:
    found = answer.failures["arm2"]
    scene = scene_of(answer)
    assert failures.rows_of(scene, found)[0] == found.boxes[0].restrictions[0].assumption
    limit = scene.text("limit", "arm2", "need_met", "1", found.boxes[0].restrictions[0].assumption.path)
    assert failures.title(scene, "arm2").endswith(limit)


def test_a_search_that_promised_too_much_is_titled_so(answer: Answer) -> None:
    assert promises.title(scene_of(cursed(answer))).startswith("The search promised too much: in fresh worlds the")
    assert promises.title(scene_of(searched(answer, luck=6.0))).startswith("No winner's curse can be shown")


def test_futures_are_in_the_order_of_the_first_arms_regret() -> None:
    table = np.array([[3.0, 0.0, 1.0, 0.0], [0.0, 2.0, 0.0, 1.0]])
    assert regret.order(table).tolist() == [3, 1, 2, 0]


def test_an_effect_is_coloured_by_its_direction_and_its_certainty() -> None:
    scene = scene_of(sized(["Worse", "Better"], seeds=8, futures=4))
    colours = {
        (arm, name): forest.verdict(scene, name, scene.answer.effects[arm, name])
        for arm in scene.arms for name in ("need_met", "weeks_to_half")
    }  # fmt: skip
    assert colours["arm1", "need_met"] == colours["arm1", "weeks_to_half"] == forest.GOOD
    assert colours["arm0", "need_met"] == forest.BAD


def test_the_summary_shows_the_first_arms_only(tmp_path: Path) -> None:
    found = drawn(sized([f"Policy {i}" for i in range(9)], seeds=3, futures=5), tmp_path)
    summary = next(each.chart for each in found if each.chart.name == SUMMARY)
    assert len([text for text in texts(summary.svg) if re.fullmatch(r"Policy \d", text)]) == MOST_IN_SUMMARY


def test_names_that_no_font_has_get_a_stand_in_in_the_png(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.strategy.charts.fallbacks", lambda characters: ([], set(characters)))
    found = drawn(sized(["销售部", "Plain"], assumptions=["人"], seeds=3, futures=4), tmp_path)
    assert found[0].chart.stand_ins == {"销售部": "Arm 1", "人": "Assumption 1"}
    assert any("销售部" in text for text in texts(found[0].chart.svg))


def boxes(figure: Any) -> list[tuple[str, Any]]:
    """Every text that is drawn, with its extent in pixels."""
    from matplotlib.text import Text

    renderer = figure.canvas.get_renderer()
    unseen = set()
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        low, high = sorted(axis.get_view_interval())
        unseen |= {id(tick.label1) for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high}
    return [
        (text.get_text(), text.get_window_extent(renderer)) for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and id(text) not in unseen
    ]  # fmt: skip


CASES = {
    "two arms": lambda: searched(sampled(sized(["Rotation", "Mentorship"], seeds=6, futures=40))),
    "twelve arms, long names": lambda: sampled(
        sized([f"Interdepartmental collaboration {i}" if i % 3 else f"Policy {i}" for i in range(12)], seeds=6,
              futures=50, assumptions=[f"{LONG} {i}" for i in range(12)], money=True)),
    "thirty arms": lambda: sized([f"{LONG} {i}" if i % 2 else f"Policy {i}" for i in range(30)], seeds=4, futures=150,
                                 assumptions=["one"]),
    "hostile names": lambda: searched(
        sampled(sized(HOSTILE, seeds=4, futures=40, assumptions=HOSTILE)), named=(f"{LONG} 1", f"{LONG} 2")),
    "one world": lambda: sized(["Rotation", "Mentorship"], seeds=1, futures=3),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("case", CASES)
def test_no_text_overlaps_another_or_leaves_the_sheet(case: str) -> None:
    import matplotlib
    from matplotlib.backends import backend_agg

    canvas: Any = backend_agg.FigureCanvasAgg
    scene = scene_of(CASES[case]())
    for drawing in drawings(scene):
        with matplotlib.rc_context(style.rc((), "test")):
            figure = _seen(drawing, scene)
            canvas(figure).draw()
            found, sheet = boxes(figure), figure.bbox
        for text, box in found:
            assert box.x0 >= sheet.x0 - 1 and box.x1 <= sheet.x1 + 1, (drawing.name, text)
            assert box.y0 >= sheet.y0 - 1 and box.y1 <= sheet.y1 + 1, (drawing.name, text)
        for place, (text, box) in enumerate(found):
            for other, beside in found[:place]:
                wide = min(box.x1, beside.x1) - max(box.x0, beside.x0)
                tall = min(box.y1, beside.y1) - max(box.y0, beside.y0)
                assert wide <= 2 or tall <= 6, (drawing.name, text, other)


def _seen(drawing: Drawing, scene: Scene) -> Any:
    return drawing.draw(replace(scene, most=MOST_IN_SUMMARY) if drawing.name == SUMMARY else scene)
