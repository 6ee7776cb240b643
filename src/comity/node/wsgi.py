"""Be what a web server loads: ``comity.node.wsgi:application``, for the node in ``COMITY_HOME``.

The queues to partners run in the same process; ``COMITY_QUEUES=0`` leaves them to another one.
"""

import os
from pathlib import Path

from comity.node.bring_up import open_node

node = open_node(Path(os.environ["COMITY_HOME"]))

from django.conf import settings  # noqa: E402  # the framework must have started first
from django.core.management import call_command  # noqa: E402  # the framework must have started first
from django.core.wsgi import get_wsgi_application  # noqa: E402  # the framework must have started first

from comity.channel.courier import Pace  # noqa: E402  # the framework must have started first
from comity.channel.service import CourierService  # noqa: E402  # the framework must have started first

call_command("migrate", interactive=False, verbosity=0)
application = get_wsgi_application()

if os.environ.get("COMITY_QUEUES", "1") == "1":
    CourierService(node, Pace(idle_ms=settings.COMITY_CONFIG.pull_interval_s * 1000)).start()
