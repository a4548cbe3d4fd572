"""Pages inside a tenant."""

from __future__ import annotations

from django.urls import path

from campaigns.views import actions, detail, editor, home, listing

urlpatterns = [
    path("", home.home, name="home"),
    path("campaigns/", listing.campaigns, name="campaigns"),
    path("campaigns/new/", editor.create, name="create_campaign"),
    path("campaigns/<int:campaign_id>/", detail.campaign, name="campaign"),
    path("campaigns/<int:campaign_id>/do/", actions.do, name="command_campaign"),
    path("campaigns/<int:campaign_id>/edit/", editor.edit, name="edit_campaign"),
    path("campaigns/<int:campaign_id>/edit/count/", editor.count, name="count_campaign"),
    path("campaigns/<int:campaign_id>/edit/attributes/", editor.attributes, name="campaign_attributes"),
    path("campaigns/<int:campaign_id>/edit/save/", editor.save, name="save_campaign"),
    path("campaigns/<int:campaign_id>/edit/discard/", editor.discard, name="discard_campaign_edit"),
    path("campaigns/<int:campaign_id>/send/", detail.send, name="send_campaign"),
    path("campaigns/<int:campaign_id>/progress/", detail.progress, name="campaign_progress"),
]
