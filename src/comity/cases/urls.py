"""Route the pages of cases."""

from django.urls import path

from comity.cases import course_views, search_views, statistics_views, views, write_views

app_name = "cases"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("list.csv", views.export, name="export"),
    path("filters/", course_views.filters, name="filters"),
    path("search/", search_views.search, name="search"),
    path("several/", course_views.bulk, name="bulk"),
    path("new/", write_views.new, name="new"),
    path("statistics/", statistics_views.statistics, name="statistics"),
    path("statistics/list.csv", statistics_views.table, name="statistics-table"),
    path("statistics/propose/", statistics_views.propose, name="statistics-propose"),
    path("statistics/<uuid:uuid>/", statistics_views.report, name="statistics-report"),
    path("statistics/<uuid:uuid>/act/", statistics_views.act, name="statistics-act"),
    path("statistics/<uuid:uuid>/report.<str:form>", statistics_views.report_file, name="statistics-file"),
    path("drafts/", write_views.own, name="drafts"),
    path("release/", write_views.release_list, name="release"),
    path("<uuid:channel>/drafts/<uuid:uid>/", write_views.write, name="write"),
    path("<uuid:channel>/drafts/<uuid:uid>/check/", write_views.check, name="check"),
    path("<uuid:channel>/drafts/<uuid:uid>/review/", write_views.review, name="review"),
    path("<uuid:channel>/<uuid:case>/", views.thread, name="thread"),
    path("<uuid:channel>/<uuid:case>/live/", views.live, name="live"),
    path("<uuid:channel>/<uuid:case>/print/", course_views.print_case, name="print"),
    path("<uuid:channel>/<uuid:case>/case.pdf", course_views.pdf, name="pdf"),
    path("<uuid:channel>/<uuid:case>/pack/", course_views.pack, name="pack"),
    path("<uuid:channel>/<uuid:case>/charge/", course_views.charge, name="charge"),
    path("<uuid:channel>/<uuid:case>/course/", course_views.course, name="course"),
    path("<uuid:channel>/<uuid:case>/join/", course_views.join, name="join"),
    path("<uuid:channel>/<uuid:case>/<uuid:uid>/erase/", course_views.erase, name="erase"),
    path("<uuid:channel>/<uuid:case>/<uuid:uid>/<slug:kind>/", write_views.answer, name="answer"),
    path("<uuid:channel>/records/<uuid:uid>/consent/<slug:use>/", course_views.consent, name="consent"),
    path("<uuid:channel>/records/<uuid:uid>/pass-on/", course_views.pass_on, name="pass-on"),
    path("<uuid:channel>/records/<uuid:uid>/attachments/<int:number>/", views.download, name="attachment"),
]
