"""Route the pages of screening."""

from django.urls import path

from comity.screening import held_views, list_views, review_views, views

app_name = "screening"
urlpatterns = [
    path("", views.checks, name="checks"),
    path("list.csv", views.checks_table, name="checks-table"),
    path("person/", views.person, name="person"),
    path("person/look/", views.look, name="look"),
    path("file/", views.file, name="file"),
    path("faults.csv", views.faults, name="faults"),
    path("checks/<uuid:uid>/", views.check, name="check"),
    path("checks/<uuid:uid>/progress/", views.progress, name="progress"),
    path("checks/<uuid:uid>/act/", views.act, name="act"),
    path("checks/<uuid:uid>/opening/", views.opening, name="opening"),
    path("checks/<uuid:uid>/hits.csv", views.export, name="export"),
    path("hits/", review_views.hits, name="hits"),
    path("hits/<int:number>/", review_views.hit, name="hit"),
    path("lists/", list_views.lists, name="lists"),
    path("lists/new/", list_views.take_in, name="take-in"),
    path("lists/own/<slug:list_id>/", list_views.own_list, name="list"),
    path("lists/own/<slug:list_id>/publication/", list_views.publication, name="publication"),
    path("lists/own/<slug:list_id>/act/", list_views.act, name="list-act"),
    path("lists/own/<slug:list_id>/entries.csv", list_views.entries_table, name="entries-table"),
    path("asked/", held_views.asked, name="asked"),
    path("asked/list.csv", held_views.asked_table, name="asked-table"),
    path("rules/", held_views.rules, name="rules"),
    path("rules/list.csv", held_views.rules_table, name="rules-table"),
    path("rules/tell/", held_views.tell, name="tell"),
]
