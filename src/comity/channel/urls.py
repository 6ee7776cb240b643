"""Route the one address that partners call."""

from django.urls import path

from comity.channel.views import exchange

urlpatterns = [path("channel/v1/exchange", exchange, name="channel-exchange")]
