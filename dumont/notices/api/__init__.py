"""The doors of notices."""

from dumont.notices.api import webhooks

ROUTERS = (webhooks.router,)
