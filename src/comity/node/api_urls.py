"""Put the addresses of the REST interface before those of the screens; loading this builds the interface."""

from django.urls import URLPattern, URLResolver, path

from comity.node import urls
from comity.node.api import build

urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", build().urls), *urls.urlpatterns]

handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
