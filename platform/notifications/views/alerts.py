"""A person's own alerts: what to be told of besides what one started oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from notifications import services
from notifications.forms import BAR, AlertForm, choices
from notifications.models import AlertSubscription

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest


@require_safe
@require_action("notification:view")
def alerts(request: TenantRequest) -> HttpResponse:
    names = {value: label for _topic, entries in choices(request.access) for value, label in entries}
    own = AlertSubscription.objects.of(request.user)
    shown = [(subscription, names.get(f"{subscription.topic}{BAR}{subscription.subject}")) for subscription in own]
    context = {"subscriptions": shown, "may_choose": bool(names)}
    return render(request, "notifications/alerts.html", context)


@require_action("notification:view")
def new_alert(request: TenantRequest) -> HttpResponse:
    return _form(request, None)


@require_action("notification:view")
def alert(request: TenantRequest, pk: int) -> HttpResponse:
    return _form(request, get_object_or_404(AlertSubscription.objects.of(request.user), pk=pk))


@require_POST
@require_action("notification:view")
def stop_alert(request: TenantRequest, pk: int) -> HttpResponse:
    subscription = get_object_or_404(AlertSubscription.objects.of(request.user), pk=pk)
    services.unsubscribe(subscription=subscription)
    messages.success(request, "The alert is stopped.")
    return redirect("notifications:alerts")


def _form(request: TenantRequest, subscription: AlertSubscription | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = AlertForm(data, access=request.access, subscription=subscription)
    if not form.is_valid():
        context = {"form": form, "subscription": subscription}
        return render(request, "notifications/alert.html", context, status=422 if form.errors else 200)
    topic, subject = form.chosen
    services.subscribe(
        user=request.user,
        topic=topic.key,
        subject=subject,
        events=form.cleaned_data["events"],
        by_email=form.cleaned_data["by_email"],
        skipped_percent=form.cleaned_data["skipped_percent"],
    )
    messages.success(request, "The alert is saved.")
    return redirect("notifications:alerts")
