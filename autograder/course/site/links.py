"""Do the site's own links hold? Every file and every anchor that a page names must be there. Nothing is fetched."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

SKIPPED = ("genindex.html", "search.html")  # Sphinx's own


class _Page(HTMLParser):
    """The ids of a page, and what it links to or loads."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names."""
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.ids.add(value)
            if name in ("href", "src") and value and not (tag == "use" or value.startswith("data:")):
                self.links.append((value, self.getpos()[0]))


def broken_links(site: Path) -> list[str]:
    """The links of all pages that lead to no file or no anchor of the site, and what a page would load from elsewhere."""
    pages = {path: _read(path) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        for link, line in page.links:
            why = _why_broken(site, path, link, pages)
            if why:
                found.append(f"{path.relative_to(site)}:{line}: {link} {why}")
    return found


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _why_broken(site: Path, path: Path, link: str, pages: dict[Path, _Page]) -> str:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return ""  # another place's business
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file():
        return "leads to no file"
    if not target.is_relative_to(site):
        return "leads out of the site"
    if parts.fragment and target in pages and path.name not in SKIPPED and unquote(parts.fragment) not in pages[target].ids:
        return "leads to no place on that page"
    return ""
