"""What a test sees of a page: its graph, its boxes, its address."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from playwright.sync_api import Page, TimeoutError, expect

READY = (
    ".js-plotly-plot .scatterlayer .trace, .arb-empty:not([hidden]), .arb-about, .arb-narrow,"
    " .arb-picture, .arb-value-page"
)
GRAPH = """() => {
  const shown = document.querySelector('.js-plotly-plot');
  if (!shown || !shown._fullLayout || !shown._fullData) return null;
  const layout = shown._fullLayout;
  const axes = Object.keys(layout).filter(name => /^[xy]axis[0-9]*$/.test(name)).sort();
  return JSON.stringify({
    lines: shown._fullData.map(t => [t.name, t.mode, t._length, t.marker?.symbol, t.line?.color,
      Math.round([...(t.y || [])].reduce((sum, y) => Number.isFinite(y) ? sum + y : sum, 0))]),
    axes: axes.map(name => [name, layout[name].title?.text, layout[name].type, layout[name].tickformat]),
    range: layout.xaxis?.range, title: layout.title?.text, paper: layout.paper_bgcolor, left: layout.margin.l,
    font: layout.font.family + layout.font.size, grid: layout.yaxis?.gridcolor, ink: layout.font.color,
  });
}"""
IMAGES = "() => [...document.querySelectorAll('.arb-picture img')].every(one => one.complete && one.naturalWidth > 0)"
# Boxes of text that lie on each other, within the parts of a page that must not: pairs of their words.
OVERLAPS = """() => {
  const ELSEWHERE = '.arb-thumb, .arb-skip, .arb-visually-hidden, .modebar, .hoverlayer, select';
  const words = [];
  const clipped = (box, element) => {
    let { left, right, top, bottom } = box;
    for (let at = element; at && !(at instanceof SVGElement); at = at.parentElement) {
      if (getComputedStyle(at).overflowX === 'visible') continue;
      const edge = at.getBoundingClientRect();
      [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
      [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
    }
    return { left, right, top, bottom, width: right - left, height: bottom - top };
  };
  const walker = document.createTreeWalker(document.querySelector('.arb-shell'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || parent.closest(ELSEWHERE)) continue;
    if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      const seen = clipped(box, parent);
      if (seen.width > 1 && seen.height > 1) words.push([node.data.trim(), seen, node]);
    }
  }
  const found = [];
  for (let i = 0; i < words.length; i++) {
    for (let j = i + 1; j < words.length; j++) {
      const [a, b] = [words[i][1], words[j][1]];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 2 && high > 4 && words[i][2] !== words[j][2]) found.push(words[i][0] + ' / ' + words[j][0]);
    }
  }
  return found;
}"""
# Words whose contrast is under AA, fields without a label, controls without a name.
UNREADABLE = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const parse = color => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top, below) => below.map((value, n) => value * (1 - top[3]) + top[n] * top[3]);
  const light = color => {
    const [r, g, b] = color.map(v => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const seen = element => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest('script, style, svg') || !seen(element)) continue;
    const style = getComputedStyle(element), below = ground(element);
    const [a, b] = [light(over(parse(style.color), below)), light(below)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) {
      found.push(`${walker.currentNode.data.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
    }
  }
  for (const one of document.querySelectorAll('input:not([type=hidden], [aria-hidden=true]), select, textarea')) {
    if (seen(one) && !one.labels?.length && !one.getAttribute('aria-label')) found.push(one.outerHTML.slice(0, 90));
  }
  return found;
}"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def overlaps(page: Page) -> list[str]:
    """Pairs of texts that lie on each other once the page has come to rest."""
    with contextlib.suppress(TimeoutError):
        page.wait_for_function(f"() => ({OVERLAPS})().length === 0")
    return list(page.evaluate(OVERLAPS))


def ready(page: Page) -> None:
    """Wait until the page shows what it has to show."""
    page.wait_for_selector(READY, state="attached")
    expect(page.locator(".arb-skeleton")).to_have_count(0)
    page.wait_for_function(IMAGES)


def graph(page: Page) -> dict[str, Any]:
    """What the graph is made of."""
    return dict(json.loads(page.evaluate(GRAPH)))


def changed(page: Page, before: dict[str, Any]) -> dict[str, Any]:
    """Wait for another graph, and give it."""
    told = json.dumps(before, separators=(",", ":"), ensure_ascii=False)
    drawn_anew = "now !== null && now !== before && JSON.parse(now).lines.length > 0"
    page.wait_for_function(f"before => {{ const now = ({GRAPH})(); return {drawn_anew}; }}", arg=told)
    return graph(page)
