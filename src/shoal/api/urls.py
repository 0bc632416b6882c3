"""Addresses that programs call."""

from django.urls import path

from shoal.api import notices

app_name = "api"
urlpatterns = [path("notices/<slug:provider>", notices.take_notice, name="notice")]
