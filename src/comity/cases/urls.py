"""Route the pages of cases."""

from django.urls import path

from comity.cases import views, write_views

app_name = "cases"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("list.csv", views.export, name="export"),
    path("new/", write_views.new, name="new"),
    path("drafts/", write_views.own, name="drafts"),
    path("release/", write_views.release_list, name="release"),
    path("<uuid:channel>/drafts/<uuid:uid>/", write_views.write, name="write"),
    path("<uuid:channel>/drafts/<uuid:uid>/check/", write_views.check, name="check"),
    path("<uuid:channel>/drafts/<uuid:uid>/review/", write_views.review, name="review"),
    path("<uuid:channel>/<uuid:case>/", views.thread, name="thread"),
    path("<uuid:channel>/<uuid:case>/<uuid:uid>/<slug:kind>/", write_views.answer, name="answer"),
    path("<uuid:channel>/records/<uuid:uid>/attachments/<int:number>/", views.download, name="attachment"),
]
