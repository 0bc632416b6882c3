"""Addresses that every page's foot uses: mounted once, at the root."""

from django.urls import path
from django.views.i18n import set_language

from shoal.web.components import views

app_name = "look"
urlpatterns = [
    path("look/language/", set_language, name="language"),
    path("look/theme/", views.set_theme, name="theme"),
]
