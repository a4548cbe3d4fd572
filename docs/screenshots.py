"""Takes the pictures of the docs: `make demo` in one terminal, `make screenshots` in another."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import sync_playwright

from demo import people
from tests.chromium import find

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IMAGES = Path(__file__).parent / "images"
WIDTHS = {1440: 900, 390: 844}
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


@dataclass(frozen=True)
class Picture:
    """A page: where it is, or which link of which list leads there."""

    name: str
    address: str
    link: str | None = None


PICTURES = (
    Picture("home", ""),
    Picture("segments", "segments/"),
    Picture("segment", "segments/", r"/segments/\d+/$"),
    Picture("campaigns", "campaigns/"),
    Picture("campaign", "campaigns/", r"/campaigns/\d+/$"),
    Picture("destinations", "destinations/"),
    Picture("deliveries", "deliveries/"),
    Picture("delivery", "deliveries/", r"/deliveries/\d+/$"),
    Picture("customer-360", "customer-360/"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000", help="where the demo answers")
    parser.add_argument("--tenant", default="online-retail")
    parser.add_argument("--only", nargs="*", default=[], help="names of pictures")
    options = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        for width in WIDTHS:
            for theme in THEMES:
                _take(browser, options, width=width, theme=theme)


def _take(browser: Browser, options: argparse.Namespace, *, width: int, theme: Theme) -> None:
    page = browser.new_page(viewport={"width": width, "height": WIDTHS[width]}, color_scheme=theme)
    _sign_in(page, options.address)
    for picture in PICTURES:
        if options.only and picture.name not in options.only:
            continue
        page.goto(f"{options.address}/t/{options.tenant}/{picture.address}", wait_until="networkidle")
        if picture.link is not None:
            _follow(page, picture.link)
        path = IMAGES / f"{picture.name}-{theme}-{width}.png"
        page.screenshot(path=path)
        sys.stdout.write(f"{path.relative_to(IMAGES.parent)}\n")
    page.close()


def _follow(page: Page, pattern: str) -> None:
    addresses = [link.get_attribute("href") or "" for link in page.locator("main a").all()]
    page.goto(page.url.split("/t/")[0] + next(each for each in addresses if re.search(pattern, each)))
    page.wait_for_load_state("networkidle")


def _sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/accounts/login/")
    page.fill("input[name=login]", people.CAST[0].email)
    page.fill("input[name=password]", people.PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
