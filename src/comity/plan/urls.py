"""Route the pages of the working group and its plan."""

from django.urls import include, path

from comity.plan import change_views, views

app_name = "plan"
urlpatterns = [
    path("", views.board, name="board"),
    path("actions.csv", views.actions_table, name="actions-table"),
    path("timeline/", views.timeline, name="timeline"),
    path("risks/", views.risks, name="risks"),
    path("risks/list.csv", views.risks_table, name="risks-table"),
    path("areas/new/", change_views.new_area, name="new-area"),
    path("areas/<uuid:uuid>/", views.area, name="area"),
    path("areas/<uuid:uuid>/versions/", views.versions, name="versions"),
    path("areas/<uuid:uuid>/proposals/<uuid:proposal>/", change_views.answer, name="answer"),
    path("areas/<uuid:uuid>/actions/<slug:key>/", views.action, name="action"),
    path("areas/<uuid:uuid>/actions/<slug:key>/end/", change_views.end, name="end"),
    path("areas/<uuid:uuid>/actions/<slug:key>/tell/", change_views.tell, name="tell"),
    path("areas/<uuid:uuid>/risks/<slug:key>/tell/", change_views.tell_risk, name="tell-risk"),
    path("areas/<uuid:uuid>/new/<slug:sort>/", change_views.part, name="new-part"),
    path("areas/<uuid:uuid>/<slug:sort>/<slug:key>/change/", change_views.part, name="part"),
    path("areas/<uuid:uuid>/<slug:sort>/<slug:key>/drop/", change_views.drop, name="drop"),
    path("", include("comity.plan.meeting_urls")),
]
