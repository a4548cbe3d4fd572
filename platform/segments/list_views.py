"""Uploaded lists: show them, upload one, use one as an audience."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from customer360.errors import Customer360Error
from customer360.imports.receiving import Receiver, receives_file
from customer360.models import NAME, Table
from segments import lists
from segments.errors import SegmentError

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from accounts.typing import TenantRequest


class ListForm(forms.Form):
    name = forms.CharField(max_length=100, validators=[NAME], help_text="A list of this name is replaced.")
    file = forms.FileField(
        label="CSV or Parquet file",
        allow_empty_file=True,
        help_text="With a column of e-mail addresses, or one that is named as the key of your customers.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.gz,.parquet"}),
    )


@require_safe
@require_action("segment:view")
def uploaded(request: TenantRequest) -> HttpResponse:
    return _page(request, ListForm())


@require_POST
@require_action("segment:upload")
@receives_file
def upload(request: TenantRequest, *, receiver: Receiver) -> HttpResponseBase:
    form = ListForm(request.POST, request.FILES)
    if receiver.refusal:
        form.errors.clear()
        form.add_error("file", receiver.refusal)
    if form.is_valid() and receiver.path is not None:
        try:
            lists.upload_list(
                source=receiver.path,
                file_name=receiver.file_name_given,
                name=form.cleaned_data["name"],
                actor=request.user,
                restricted_pii=request.access.restricted_pii,
            )
        except Customer360Error as error:
            form.add_error("file", str(error))
        else:
            return redirect("uploaded_lists")
    receiver.discard()
    return _page(request, form)


@require_POST
@require_action("segment:activate")
def use(request: TenantRequest, table_id: int) -> HttpResponse:
    request.access.require("segment:edit")
    table = get_object_or_404(Table.objects.lists(), pk=table_id)
    try:
        segment = lists.use_as_audience(
            table=table, actor=request.user, restricted_pii=request.access.restricted_pii
        )
    except (SegmentError, Customer360Error) as error:
        messages.error(request, str(error))
        return redirect("uploaded_lists")
    messages.success(request, f"“{segment}” can be used in campaigns and orchestrations.")
    return redirect(segment)


def _page(request: TenantRequest, form: ListForm) -> HttpResponse:
    shown = lists.uploaded_lists()
    context = {
        "form": form,
        "lists": shown,
        "is_under_way": any(each.last_import and each.last_import.is_under_way for each in shown),
        "may_upload": request.access.can("segment:upload"),
        "may_use": request.access.can("segment:activate") and request.access.can("segment:edit"),
    }
    return render(request, "segments/lists.html", context)
