"""Put the addresses of the node together: each application brings its own.  Those for programs: `api_urls`."""

from django.urls import URLPattern, URLResolver, include, path

from comity.desk.api.problems import nothing_here

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("comity.channel.urls")),
    path("", include("comity.desk.urls")),
    path("cases/", include("comity.cases.urls")),
    path("screening/", include("comity.screening.urls")),
    path("plan/", include("comity.plan.urls")),
    path("api/<path:rest>", nothing_here, name="api-nothing"),
    path("language/", include("django.conf.urls.i18n")),
]

handler400 = "comity.desk.views.bad_request"
handler403 = "comity.desk.views.refused"
handler404 = "comity.desk.views.not_found"
handler500 = "comity.desk.views.failed"
