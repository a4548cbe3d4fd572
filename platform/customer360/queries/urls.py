from __future__ import annotations

from django.urls import path

from customer360.queries.views import actions, editor, history, listing, runs

urlpatterns = [
    path("queries/", listing.queries, name="queries"),
    path("queries/new/", editor.create, name="create_query"),
    path("queries/check/", editor.check, name="check_query"),
    path("queries/run/", runs.start, name="run_query"),
    path("queries/runs/<int:run_id>/", runs.show, name="query_run"),
    path("queries/runs/<int:run_id>/cancel/", runs.cancel, name="cancel_query_run"),
    path("queries/runs/<int:run_id>/download/", runs.download, name="download_query_run"),
    path("queries/versions/<int:version_id>/", history.version, name="query_version"),
    path("queries/versions/<int:version_id>/restore/", history.restore, name="restore_query_version"),
    path("queries/<int:query_id>/", editor.query, name="query"),
    path("queries/<int:query_id>/activate/", actions.activate, name="activate_query"),
    path("queries/<int:query_id>/deactivate/", actions.deactivate, name="deactivate_query"),
    path("queries/<int:query_id>/discard/", actions.discard, name="discard_query_draft"),
    path("queries/<int:query_id>/delete/", actions.delete, name="delete_query"),
    path("queries/<int:query_id>/versions/", history.versions, name="query_versions"),
]
