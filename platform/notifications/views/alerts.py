"""A person's own alerts: what to be told about besides what they started themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from notifications import services
from notifications.alerts import may_hear
from notifications.forms import AlertForm
from notifications.models import AlertSubscription
from notifications.topics import open_topics, subjects_of

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.typing import TenantRequest
    from notifications.topics import Topic


@require_safe
@require_action("notification:view")
def alerts(request: TenantRequest) -> HttpResponse:
    topics = open_topics(request.access)
    open_subjects = {
        (topic.key, subject.key): subject for topic in topics for subject in subjects_of(topic, request.access)
    }
    own = AlertSubscription.objects.of(request.user)
    shown = [(each, open_subjects.get((each.topic, each.subject))) for each in own]
    return render(request, "notifications/alerts.html", {"subscriptions": shown, "topics": topics})


@require_action("notification:view")
def new_alert(request: TenantRequest, topic: str) -> HttpResponse:
    return _form(request, _open_topic(request, topic), None)


@require_action("notification:view")
def alert(request: TenantRequest, pk: int) -> HttpResponse:
    subscription = get_object_or_404(AlertSubscription.objects.of(request.user), pk=pk)
    topic = _open_topic(request, subscription.topic)
    if not may_hear(topic, subscription.subject, request.access):
        messages.warning(request, "What this alert is about is no longer open to you. You can stop it.")
        return redirect("notifications:alerts")
    return _form(request, topic, subscription)


@require_POST
@require_action("notification:view")
def stop_alert(request: TenantRequest, pk: int) -> HttpResponse:
    subscription = get_object_or_404(AlertSubscription.objects.of(request.user), pk=pk)
    services.unsubscribe(subscription=subscription)
    messages.success(request, "The alert is stopped.")
    return redirect("notifications:alerts")


def _open_topic(request: TenantRequest, key: str) -> Topic:
    for topic in open_topics(request.access):
        if topic.key == key:
            return topic
    raise Http404


def _form(request: TenantRequest, topic: Topic, subscription: AlertSubscription | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    asked = request.GET.get("subject", "")
    form = AlertForm(data, topic=topic, access=request.access, subscription=subscription, subject=asked)
    if not form.is_valid():
        context = {"form": form, "topic": topic, "subscription": subscription}
        return render(request, "notifications/alert.html", context, status=422 if form.errors else 200)
    services.subscribe(user=request.user, topic=topic.key, **form.cleaned_data)
    messages.success(request, "The alert is saved.")
    return redirect("notifications:alerts")
