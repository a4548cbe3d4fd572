"""The components of the design system, for `{% load ui %}`. `/_components/` shows each of them in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html

from ui import formats, icons, statuses

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.paginator import Page
    from django.forms import BaseForm, BoundField
    from django.template.context import Context, RequestContext
    from django.utils.safestring import SafeString

register = template.Library()

THEMES = frozenset({"light", "dark"})
TONE_ICONS = {"": "info", "good": "success", "warn": "warning", "bad": "error", "plain": "info"}

register.filter("number", formats.number)
register.filter("short_number", formats.short_number)
register.filter("percent", formats.percent)
register.filter("moment", formats.moment)
register.filter("duration", formats.duration)


@register.filter
def initials(name: str) -> str:
    """At most two letters for an avatar: "Online Retail" as "OR"."""
    return "".join(word[0] for word in str(name).split()[:2]).upper()


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    return icons.render(name, label=label, css=css)


@register.simple_tag
def badge(status: object, tone: str | None = None) -> SafeString:
    """A status word in its tone. Takes the word itself or a member of TextChoices; `tone` overrides."""
    word = str(getattr(status, "label", status))
    return format_html('<span class="badge {}">{}</span>', statuses.tone(word) if tone is None else tone, word)


@register.simple_tag
def ago(when: datetime | None) -> SafeString | str:
    """How long ago, with the exact time in the tenant's zone on hover."""
    return _time(when, formats.ago) if when else formats.DASH


@register.simple_tag
def age(when: datetime | None) -> SafeString | str:
    """The time data dates from, as people say it: “06:00”, “yesterday, 06:00”; exact on hover."""
    return _time(when, formats.age) if when else formats.DASH


@register.simple_tag(name="datetime")
def datetime_tag(when: datetime | None) -> SafeString | str:
    return _time(when, formats.moment) if when else formats.DASH


def _time(when: datetime, write: Any) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', when.isoformat(), formats.moment(when), write(when)
    )


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The theme that this person chose, from the cookie; empty when the system decides."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in THEMES else ""


# --- Forms -------------------------------------------------------------------------------------------------------


@register.simple_tag
def field(bound: BoundField, label: str | None = None, hide_label: bool = False, css: str = "") -> SafeString:  # noqa: FBT001, FBT002  read in templates as hide_label=True
    """A field with label, help, error and required mark, whatever its widget."""
    context = {"field": bound, "label": bound.label if label is None else label}
    return render_to_string("ui/components/field.html", context | {"hide_label": hide_label, "css": css})


@register.inclusion_tag("ui/components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What is wrong with a form, each line a link to its field; empty for a valid form."""
    return {"general": form.non_field_errors(), "fields": [bound for bound in form if bound.errors]}


# --- Pages -------------------------------------------------------------------------------------------------------


@register.simple_tag
def crumb(label: str, url: str = "") -> SafeString:
    """One step of the breadcrumbs; the current page has no URL."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, label)
    return format_html('<li><span aria-current="page" dir="auto">{}</span></li>', label)


@register.simple_tag
def tab(label: str, url: str, count: int | None = None, current: bool = False) -> SafeString:  # noqa: FBT001, FBT002  read in templates as current=True
    return render_to_string(
        "ui/components/tab.html", {"label": label, "url": url, "count": count, "current": current}
    )


@register.simple_tag
def stat(value: object, label: str, tone: str = "", note: str = "", url: str = "") -> SafeString:
    """One figure of a `<dl class="stats">`: a number is formatted, text shown as it is."""
    shown = formats.number(value) if isinstance(value, int) else value
    context = {"value": shown, "label": label, "tone": tone, "note": note, "url": url}
    return render_to_string("ui/components/stat.html", context)


@register.simple_tag
def progress(
    label: str, value: float | None = None, total: float = 1, note: str = "", tone: str = ""
) -> SafeString:
    """A running job; without a value the bar is indeterminate."""
    context = {"label": label, "value": value, "total": total, "note": note, "tone": tone}
    return render_to_string("ui/components/progress.html", context)


@register.simple_tag(takes_context=True)
def sort_header(
    context: RequestContext, key: str, label: str, css: str = "", parameter: str = "sort"
) -> SafeString:
    """A column header that sorts by `key`, keeps the rest of the query string, and reverses on a second click."""
    query = context["request"].GET.copy()
    now = query.get(parameter, "")
    direction = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    query[parameter] = f"-{key}" if now == key else key
    query.pop("page", None)
    return render_to_string(
        "ui/components/sort_header.html",
        {"url": f"?{query.urlencode()}", "label": label, "css": css, "direction": direction},
    )


@register.inclusion_tag("ui/components/pagination.html", takes_context=True)
def pagination(context: RequestContext, page: Page[Any], noun: str = "") -> dict[str, Any]:
    """Which rows are shown, and links to the others; only the count for one page, nothing for one row."""
    pages = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"request": context["request"], "page": page, "noun": noun, "pages": list(pages)}


# --- Components with content of their own ------------------------------------------------------------------------


@register.simple_block_tag
def note(content: str, tone: str = "", title: str = "", icon: str = "") -> SafeString:
    """A callout: tone "" informs, "good", "warn", "bad" and "plain" say so by icon, colour and words."""
    context = {"content": content, "tone": tone, "title": title, "icon": icon or TONE_ICONS[tone]}
    return render_to_string("ui/components/note.html", context)


@register.simple_block_tag
def empty(content: str, title: str, icon: str = "inbox", css: str = "") -> SafeString:
    """An empty state: says what would be here and how to get it."""
    return render_to_string(
        "ui/components/empty.html", {"content": content, "title": title, "icon": icon, "css": css}
    )


@register.simple_block_tag
def menu(content: str, id: str, label: str = "More actions", icon: str = "more", css: str = "") -> SafeString:  # noqa: A002  read in templates as id="…"
    """A button with a menu of links and buttons. The id is unique on the page."""
    return render_to_string(
        "ui/components/menu.html",
        {"content": content, "id": id, "label": label, "icon": icon, "css": css},
    )


@register.simple_block_tag
def dialog(content: str, id: str, title: str, css: str = "", opens: bool = False) -> SafeString:  # noqa: A002, FBT001, FBT002  read in templates as id="…", opens=True
    """A dialog: `<button commandfor="ID" command="show-modal">` opens it. Content: `.body`, then `<footer>`.

    `opens`: by itself, when it arrives in a response.
    """
    context = {"content": content, "id": id, "title": title, "css": css, "opens": opens}
    return render_to_string("ui/components/dialog.html", context)


@register.simple_block_tag
def tip(content: str, id: str, label: str = "What is this?") -> SafeString:  # noqa: A002  read in templates as id="…"
    """A question mark that explains something, on hover, focus or touch."""
    return render_to_string("ui/components/tip.html", {"content": content, "id": id, "label": label})
