"""A person's own pages, outside all tenants: joining by invitation, and their account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from accounts import invitations
from accounts.errors import InvitationError
from accounts.forms import AcceptForm, ProfileForm
from accounts.models import User
from accounts.querysets import tenants_of
from tenants.urls import tenant_reverse

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.typing import TenantRequest
    from tenants.models import Tenant


@never_cache
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever follows the link joins: as the person signed in, after signing in, or as a new person."""
    try:
        tenant, invitation = invitations.find(token)
        if isinstance(request.user, User):
            return _join(request, request.user, token, tenant)
        if User.objects.filter(email=invitation.email).exists():
            return render(
                request, "accounts/invitation_sign_in.html", {"tenant": tenant, "email": invitation.email}
            )
        return _join_as_new_person(request, token, tenant, invitation.email)
    except InvitationError as error:
        return render(request, "accounts/invitation_dead.html", {"reason": str(error)}, status=410)


def _join(request: HttpRequest, user: User, token: str, tenant: Tenant) -> HttpResponse:
    if request.method == "POST":
        invitations.accept(token=token, user=user)
        return redirect(tenant_reverse(tenant, "home"))
    return render(request, "accounts/invitation_join.html", {"tenant": tenant})


def _join_as_new_person(request: HttpRequest, token: str, tenant: Tenant, email: str) -> HttpResponse:
    form = AcceptForm(request.POST if request.method == "POST" else None, email=email)
    if form.is_valid():
        user, _tenant = invitations.accept_as_new_person(token=token, **form.cleaned_data)
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect(tenant_reverse(tenant, "home"))
    context = {"tenant": tenant, "email": email, "form": form}
    return render(request, "accounts/invitation_new_person.html", context, status=422 if form.errors else 200)


@login_required
def profile(request: TenantRequest) -> HttpResponse:
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("profile")
    context = {"form": form, "own_tenants": list(tenants_of(request.user))}
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)
