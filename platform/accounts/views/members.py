from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import invitations, services
from accounts.decorators import require_action
from accounts.errors import AccountsError, RightsChangedError
from accounts.forms import InvitationForm, MemberForm
from accounts.models import Invitation, Membership
from accounts.policies import FULL_POLICIES, Option, actions

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse, QueryDict

    from accounts.typing import TenantRequest


@require_safe
@require_action("user:view")
def member_list(request: TenantRequest) -> HttpResponse:
    people = Membership.objects.select_related("user")
    open_invitations = Invitation.objects.pending().select_related("invited_by")
    return render(request, "accounts/members.html", {"members": people, "invitations": open_invitations})


@require_safe
@require_action("user:view")
def policy_table(request: TenantRequest) -> HttpResponse:
    """What each policy allows: the same table that Muster itself uses."""
    context = {"actions": actions().values(), "policies": FULL_POLICIES, "options": list(Option)}
    return render(request, "accounts/policy_table.html", context)


@require_action("user:manage")
def invite(request: TenantRequest) -> HttpResponse:
    form = InvitationForm(_sent(request))
    if form.is_valid():
        try:
            invitation = invitations.invite(email=form.cleaned_data["email"], grant=form.grant, actor=request.user)
        except AccountsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"An invitation is on its way to {invitation}.")
            return redirect("users:list")
    return render(request, "accounts/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_action("user:manage")
def edit(request: TenantRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(_memberships(), pk=pk)
    form = MemberForm(_sent(request), rights=membership)
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            services.change_rights(membership=membership, grant=form.grant, actor=request.user, seen=seen)
        except RightsChangedError as error:
            form.add_error(None, str(error))
            form.see_anew(_memberships().get(pk=pk))
        except AccountsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"The policies of {membership} are changed.")
            return redirect("users:list")
    context = {"form": form, "member": membership}
    return render(request, "accounts/member.html", context, status=422 if form.errors else 200)


@require_POST
@require_action("user:manage")
def remove(request: TenantRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(_memberships(), pk=pk)
    try:
        services.remove_member(membership=membership, actor=request.user)
    except AccountsError as error:
        messages.error(request, str(error))
        return redirect("users:edit", pk)
    messages.success(request, f"{membership} is no longer a member of {request.tenant}.")
    return redirect("users:list")


@require_POST
@require_action("user:manage")
def invite_again(request: TenantRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.pending(), pk=pk)
    try:
        invitations.invite_again(invitation=invitation, actor=request.user)
    except AccountsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"A new invitation is on its way to {invitation}. The old link no longer works.")
    return redirect("users:list")


@require_POST
@require_action("user:manage")
def withdraw(request: TenantRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.pending(), pk=pk)
    try:
        invitations.withdraw(invitation=invitation, actor=request.user)
    except AccountsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"The invitation of {invitation} is withdrawn.")
    return redirect("users:list")


def _sent(request: TenantRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _memberships() -> QuerySet[Membership]:
    return Membership.objects.select_related("user")
