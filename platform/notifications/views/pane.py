"""A person's own notifications: the pane in the shell, the page behind it, and the number on the bell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from notifications import services
from notifications.models import Notification, Show

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest
    from notifications.models import NotificationQuerySet

PAGE_SIZE = 50
PANE_SIZE = 20
# Seconds between two polls by an open pane: often while something runs, seldom otherwise.
PACE_RUNNING, PACE_IDLE = 4, 20


@require_safe
@require_action("notification:view")
def notification_list(request: TenantRequest) -> HttpResponse:
    return _pane(request) if request.htmx and not request.htmx.boosted else _page(request)


@require_safe
@require_action("notification:view")
def count(request: TenantRequest) -> HttpResponse:
    return render(request, "notifications/count.html")


@require_safe
@require_action("notification:view")
def follow(request: TenantRequest, pk: int) -> HttpResponse:
    """What the notification leads to; whoever follows it has read it."""
    notification = get_object_or_404(_own(request), pk=pk)
    services.mark_read(recipient=request.user, ids=[pk])
    return redirect(notification.link or "notifications:list")


@require_POST
@require_action("notification:view")
def read(request: TenantRequest, pk: int) -> HttpResponse:
    notification = get_object_or_404(_own(request), pk=pk)
    services.mark_read(recipient=request.user, ids=[notification.pk])
    return _after(request)


@require_POST
@require_action("notification:view")
def read_all(request: TenantRequest) -> HttpResponse:
    services.mark_all_read(recipient=request.user)
    return _after(request)


def _own(request: TenantRequest) -> NotificationQuerySet:
    return Notification.objects.of(request.user).open_to(request.access)


def _after(request: TenantRequest) -> HttpResponse:
    return _pane(request) if request.htmx else redirect("notifications:list")


def _pane(request: TenantRequest) -> HttpResponse:
    show, own = Show.of(request.GET.get("show")), _own(request)
    counts = own.counts()
    context = {
        "show": show,
        "counts": counts,
        "notifications": own.showing(show)[:PANE_SIZE],
        "pace": PACE_RUNNING if counts[Show.RUNNING] else PACE_IDLE,
        "unread_count": counts[Show.UNREAD],
    }
    return render(request, "notifications/pane.html", context)


def _page(request: TenantRequest) -> HttpResponse:
    show, own = Show.of(request.GET.get("show")), _own(request)
    page = Paginator(own.showing(show), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "notifications/list.html", {"show": show, "counts": own.counts(), "page": page})
