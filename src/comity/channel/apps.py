"""Register the channel with Django."""

from django.apps import AppConfig


class ChannelConfig(AppConfig):
    """Be the channel."""

    name = "comity.channel"
    label = "channel"
