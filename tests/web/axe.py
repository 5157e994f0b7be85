"""What axe finds on a page; it is brought to a document once, however often it is asked."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""What can differ between the themes."""
RUN = """async ([within, options]) => {
  const { violations } = await axe.run(within ?? document, options);
  const said = (id, node) => `${id}: ${JSON.stringify(node.target)} ${node.failureSummary}`;
  return violations.flatMap(({ id, nodes }) => nodes.map(node => said(id, node)));
}"""


def faults(page: Page, *, within: str | None = None, colours_only: bool = False) -> list[str]:
    """What it has against the page, or a part of it, as it is now."""
    rules = {"type": "rule", "values": COLOURS} if colours_only else {"type": "tag", "values": TAGS}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: Any = page.evaluate(RUN, [within, {"runOnly": rules, "resultTypes": ["violations"]}])
    return list(found)
