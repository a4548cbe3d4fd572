"""Pages inside a tenant."""

from __future__ import annotations

from django.urls import include, path

from campaigns.views import actions, criteria, detail, editor, home, listing, runs, why

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
    path(
        "campaigns/<int:campaign_id>/edit/sub-audiences/<str:ref>/criteria/",
        include(
            [
                path("", criteria.criteria, name="sub_audience_criteria"),
                path("choices/", criteria.choices),
                path("conditions/", criteria.add),
                path("conditions/<str:condition_id>/", criteria.change),
                path("arrange/", criteria.arrange),
                path("values/", criteria.values),
                path("count/", criteria.count),
                path("undo/", criteria.undo),
                path("sql/", criteria.sql),
            ]
        ),
    ),
    path("campaigns/<int:campaign_id>/send/", detail.send, name="send_campaign"),
    path("campaigns/<int:campaign_id>/summary/", detail.summary, name="campaign_summary"),
    path("campaigns/<int:campaign_id>/progress/", detail.progress, name="campaign_progress"),
    path("campaigns/<int:campaign_id>/forecast/", detail.forecast, name="campaign_forecast"),
    path("campaigns/<int:campaign_id>/why/", why.why, name="campaign_why"),
    path("campaigns/<int:campaign_id>/test/", runs.test, name="test_campaign"),
    path("campaigns/<int:campaign_id>/runs/<int:number>/", runs.run, name="campaign_run"),
    path(
        "campaigns/<int:campaign_id>/runs/<int:number>/recipients.csv",
        runs.recipients_csv,
        name="campaign_recipients",
    ),
]
