"""One module a page; each holds render() and runs nothing on import. This list is the menu, in its order."""

from __future__ import annotations

from typing import NamedTuple

from concerns.access import Right
from pages.figures.texts import marked


class PageEntry(NamedTuple):
    """A page of the menu: its module in this package, its title (a message), its icon, its address, who sees it."""

    module: str
    title: str
    icon: str
    url_path: str
    right: Right = Right.COUNTS


PAGES = (
    PageEntry("overview", marked("Overview"), ":material/home:", "overview"),
    PageEntry("hotspots", marked("Hot spots"), ":material/map:", "hotspots"),
    PageEntry("trends", marked("Trends"), ":material/show_chart:", "trends"),
    PageEntry("districts", marked("Districts"), ":material/compare:", "districts"),
    PageEntry("forums", marked("Forums"), ":material/groups:", "forums"),
    PageEntry("referrals", marked("Referrals"), ":material/forward_to_inbox:", "referrals"),
    PageEntry("impact", marked("Impact"), ":material/balance:", "impact"),
    PageEntry("data", marked("Data"), ":material/upload_file:", "data", Right.LOAD),
    PageEntry("release", marked("Release"), ":material/public:", "release", Right.RELEASE),
    PageEntry("admin", marked("Administration"), ":material/admin_panel_settings:", "admin", Right.ADMINISTER),
    PageEntry("methods", marked("Methods"), ":material/menu_book:", "methods", Right.RELEASE),
)
