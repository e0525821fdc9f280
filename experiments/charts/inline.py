"""A chart's SVG made fit to stand inside a page: named for screen readers, free of global styles and clashing ids."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.charts import Chart

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_CROP = 20.0
"""Points of the sheet's own margin that a page, which has margins too, does not need."""

_REFERENCE = re.compile(r"url\(#([^)]+)\)")


def inline_svg(chart: Chart) -> str:
    """The SVG element of a chart as markup.

    Names in it are text nodes, escaped by the writer of the XML; there is no script, link or style sheet in it.

    Raises:
        OSError: the file cannot be read.
    """
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root = ElementTree.fromstring(chart.svg.read_text("utf-8"))  # a file that draw_charts wrote
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    x, y, across, down = (float(part) for part in root.attrib["viewBox"].split())
    root.set("viewBox", f"{x + _CROP:g} {y + _CROP:g} {across - 2 * _CROP:g} {down - _CROP:g}")
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    _prefix(root, chart.name)
    root.set("role", "img")
    root.set("aria-labelledby", f"{chart.name}-title {chart.name}-desc")
    root.set("style", "stroke-linejoin: round; stroke-linecap: butt")
    for place, (tag, text) in enumerate((("title", chart.title), ("desc", chart.alt))):
        element = ElementTree.Element(f"{{{_SVG}}}{tag}", {"id": f"{chart.name}-{tag}"})
        element.text = text
        root.insert(place, element)
    return ElementTree.tostring(root, encoding="unicode")


def _prefix(root: ElementTree.Element, name: str) -> None:
    """Make every id, and every reference to one, the chart's own."""
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if key == "id":
                element.set(key, f"{name}-{value}")
            elif key == f"{{{_XLINK}}}href" and value.startswith("#"):
                element.set(key, f"#{name}-{value[1:]}")
            elif "url(#" in value:
                element.set(key, _REFERENCE.sub(rf"url(#{name}-\1)", value))
