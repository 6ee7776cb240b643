"""Route the pages of the working group and its plan."""

from django.urls import include, path

from comity.plan import change_views, file_views, indicator_views, report_views, views

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
    path("indicators/", indicator_views.indicators, name="indicators"),
    path("indicators/list.csv", indicator_views.table, name="indicators-table"),
    path("indicators/begin/<uuid:uuid>/", indicator_views.begin, name="begin-indicators"),
    path("indicators/<uuid:uuid>/", indicator_views.area, name="indicator-area"),
    path("indicators/<uuid:uuid>/new/", indicator_views.write, name="new-indicator"),
    path("indicators/<uuid:uuid>/proposals/<uuid:proposal>/", indicator_views.answer, name="answer-indicators"),
    path("indicators/<uuid:uuid>/one/<slug:key>/", indicator_views.indicator, name="indicator"),
    path("indicators/<uuid:uuid>/one/<slug:key>/change/", indicator_views.write, name="change-indicator"),
    path("indicators/<uuid:uuid>/one/<slug:key>/tell/", indicator_views.tell, name="tell-indicator"),
    path("indicators/<uuid:uuid>/one/<slug:key>/<slug:period>.csv", indicator_views.proof, name="proof"),
    path("reports/", report_views.reports, name="reports"),
    path("reports/new/", report_views.new, name="new-report"),
    path("reports/reciprocity/", report_views.reciprocity, name="reciprocity"),
    path("reports/reciprocity.csv", report_views.reciprocity_table, name="reciprocity-table"),
    path("reports/<uuid:uuid>/", report_views.report, name="report"),
    path("reports/<uuid:uuid>/act/", report_views.act, name="report-act"),
    path("reports/<uuid:uuid>/proposals/<uuid:proposal>/", report_views.answer, name="answer-report"),
    path("reports/<uuid:uuid>/paper.<str:form>", report_views.paper, name="report-paper"),
    path("files/", file_views.files, name="files"),
    path("files/plan.<str:form>", file_views.plan_file, name="plan-file"),
    path("files/indicators.<str:form>", file_views.indicators_file, name="indicators-file"),
    path("", include("comity.plan.meeting_urls")),
]
