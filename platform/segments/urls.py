from __future__ import annotations

from django.urls import path

from segments import actions, list_views, listing, views
from segments.editor import views as editor
from segments.files import views as files
from segments.insights import views as insights

urlpatterns = [
    path("segments/new/", actions.create, name="create_segment"),
    path("segments/<int:segment_id>/edit/", editor.editor, name="edit_segment"),
    path("segments/<int:segment_id>/edit/choices/", editor.choices, name="segment_choices"),
    path("segments/<int:segment_id>/edit/conditions/", editor.add, name="add_condition"),
    path("segments/<int:segment_id>/edit/conditions/<str:condition_id>/", editor.change, name="change_condition"),
    path("segments/<int:segment_id>/edit/arrange/", editor.arrange, name="arrange_segment"),
    path("segments/<int:segment_id>/edit/undo/", editor.undo, name="undo_change"),
    path("segments/<int:segment_id>/edit/redo/", editor.redo, name="redo_change"),
    path("segments/<int:segment_id>/edit/pulse/", editor.pulse, name="segment_pulse"),
    path("segments/<int:segment_id>/edit/values/", editor.values, name="segment_values"),
    path("segments/<int:segment_id>/edit/count/", editor.live_count, name="count_draft"),
    path("segments/<int:segment_id>/edit/sql/", editor.draft_sql, name="segment_draft_sql"),
    path("segments/<int:segment_id>/describe/", actions.describe, name="describe_segment"),
    path("segments/<int:segment_id>/activate/", actions.activate, name="activate_segment"),
    path("segments/<int:segment_id>/withdraw/", actions.withdraw, name="withdraw_segment"),
    path("segments/<int:segment_id>/copy/", actions.copy, name="copy_segment"),
    path("segments/<int:segment_id>/archive/", actions.archive, name="archive_segment"),
    path("segments/<int:segment_id>/unarchive/", actions.unarchive, name="unarchive_segment"),
    path("segments/<int:segment_id>/delete/", actions.delete, name="delete_segment"),
    path("segments/lists/", list_views.uploaded, name="uploaded_lists"),
    path("segments/lists/upload/", list_views.upload, name="upload_list"),
    path("segments/lists/<int:table_id>/use/", list_views.use, name="use_list"),
    path("segments/", listing.segments, name="segments"),
    path("segments/sizes/", listing.segment_sizes, name="segment_sizes"),
    path("segments/<int:segment_id>/versions/", views.versions, name="segment_versions"),
    path("segments/<int:segment_id>/versions/<int:number>/restore/", actions.restore, name="restore_version"),
    path("segments/<int:segment_id>/", views.segment, name="segment"),
    path("segments/<int:segment_id>/insights/", insights.page, name="segment_insights"),
    path("segments/<int:segment_id>/insights/panel/", insights.panel, name="segment_panel"),
    path("segments/<int:segment_id>/insights/numbers/", insights.numbers, name="segment_numbers"),
    path("segments/<int:segment_id>/insights/charts/", insights.charts, name="segment_charts"),
    path("segments/<int:segment_id>/insights/attributes/", insights.attributes, name="choose_breakdowns"),
    path("segments/<int:segment_id>/customers/", insights.customers, name="segment_customers"),
    path("segments/<int:segment_id>/customers/file/", files.ask, name="ask_for_customer_file"),
    path("segments/files/<int:file_id>/", files.show, name="customer_file"),
    path("segments/files/<int:file_id>/cancel/", files.cancel, name="cancel_customer_file"),
    path("segments/files/<int:file_id>/customers.csv", files.download, name="download_customer_file"),
    path("segments/<int:segment_id>/sql/", views.segment_sql, name="segment_sql"),
]
