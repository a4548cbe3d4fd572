"""Takes the pictures of the docs: `make demo` in one terminal, `make screenshots` in another.

`make screenshots OPTIONS="--all --full --to /tmp/pictures"` takes every page, whole, in both widths and themes.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import django
from playwright.sync_api import sync_playwright

from docs import asking, editing, exploring, operating, orchestrating
from tests.chromium import find

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

IMAGES = Path(__file__).parent / "images"
WIDTHS = {1440: 900, 390: 844}
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
MARKETER, ADMINISTRATOR, ANALYST = "marketer@example.com", "admin@example.com", "analyst@example.com"
Look = tuple[int, Theme]
SHOWN: tuple[Look, ...] = ((1440, "light"),)
BOTH_THEMES: tuple[Look, ...] = (*SHOWN, (1440, "dark"))
EVERYWHERE: tuple[Look, ...] = (*BOTH_THEMES, (390, "light"))


@dataclass(frozen=True)
class Picture:
    """A page as `person` sees it: its address, or the list with the link to it, after `act` has done something
    there. `is_shown`: the docs have it, in these `looks`.
    """

    name: str
    address: str
    link: str | None = None
    is_shown: bool = False
    looks: tuple[Look, ...] = SHOWN
    person: str = MARKETER
    act: Callable[[Page], None] | None = None


PICTURES = (
    Picture("home", ""),
    Picture("segments", "segments/"),
    Picture("segment", "segments/", r"/segments/\d+/$"),
    Picture("segment-editor", "segments/", is_shown=True, looks=BOTH_THEMES, act=asking.edit_segment),
    Picture("segment-picker", "segments/", is_shown=True, act=asking.choose_condition),
    Picture("segment-insights", "segments/", is_shown=True, looks=BOTH_THEMES, act=asking.see_insights),
    Picture("campaign", "campaigns/?status=delivered", r"/campaigns/\d+/$", is_shown=True),
    Picture("campaign-editor", "campaigns/", is_shown=True, act=editing.open_campaign),
    Picture("campaigns", "campaigns/", is_shown=True),
    *(
        Picture(name, address, link, is_shown=True, person=ANALYST, act=act)
        for name, address, link, act in orchestrating.PICTURES
    ),
    Picture("deliveries", "deliveries/"),
    Picture(
        "query-editor", "queries/", is_shown=True, looks=BOTH_THEMES, person=ADMINISTRATOR, act=asking.run_query
    ),
    Picture("queries", "queries/", person=ADMINISTRATOR),
    Picture("query", "queries/", r"/queries/\d+/$", person=ADMINISTRATOR),
    Picture("customer-360", "tables/", person=ADMINISTRATOR),
    *(
        Picture(f"data-{name}", address, is_shown=True, person=ADMINISTRATOR, act=act)
        for name, address, act in exploring.PICTURES
    ),
    Picture("users", "users/", person=ADMINISTRATOR, is_shown=True),
    Picture("policies", "users/policies/", person=ADMINISTRATOR, is_shown=True),
    Picture("audit", "audit/", person=ADMINISTRATOR, is_shown=True),
    *(
        Picture(
            f"operator-{name}",
            f"admin/{address}",
            link,
            is_shown=True,
            looks=EVERYWHERE if name in operating.IN_EVERY_LOOK else SHOWN,
            person=ADMINISTRATOR,
            act=act,
        )
        for name, address, link, act in operating.PICTURES
    ),
)


def main() -> None:
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    options.to.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        for width, theme in product(WIDTHS, THEMES):
            _take(browser, options, width=width, theme=theme)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000", help="where the demo answers")
    parser.add_argument("--tenant", default="online-retail")
    parser.add_argument("--to", type=Path, default=IMAGES, help="the folder for the pictures")
    parser.add_argument("--only", default="", help="the pictures whose names have this in them")
    parser.add_argument("--all", action="store_true", help="every page, width and theme")
    parser.add_argument("--full", action="store_true", help="whole pages, not only what fits a screen")
    return parser.parse_args()


def _take(browser: Browser, options: argparse.Namespace, *, width: int, theme: Theme) -> None:
    look = (width, theme)
    wanted = [each for each in PICTURES if options.all or (each.is_shown and look in each.looks)]
    wanted = [each for each in wanted if options.only in each.name]
    for person in dict.fromkeys(picture.person for picture in wanted):
        page = browser.new_page(viewport={"width": width, "height": WIDTHS[width]}, color_scheme=theme)
        _sign_in(page, options.address, person)
        _take_each(page, options, [each for each in wanted if each.person == person], f"{theme}-{width}")
        page.close()


def _take_each(page: Page, options: argparse.Namespace, pictures: list[Picture], kind: str) -> None:
    for picture in pictures:
        page.goto(f"{options.address}/t/{options.tenant}/{picture.address}", wait_until="networkidle")
        if picture.link is not None:
            _follow(page, picture.link)
        if picture.act is not None:
            picture.act(page)
        path = options.to / f"{picture.name}-{kind}.png"
        page.screenshot(path=path, full_page=options.full)
        sys.stdout.write(f"{path}\n")


def _follow(page: Page, pattern: str) -> None:
    addresses = [link.get_attribute("href") or "" for link in page.locator("main a, #result_list a").all()]
    page.goto(page.url.split("/t/")[0] + next(each for each in addresses if re.search(pattern, each)))
    page.wait_for_load_state("networkidle")


def _sign_in(page: Page, address: str, person: str) -> None:
    from demo import people  # its models need Django set up

    page.goto(f"{address}/accounts/login/")
    page.fill("input[name=login]", person)
    page.fill("input[name=password]", people.PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
