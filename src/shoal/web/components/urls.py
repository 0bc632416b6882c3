"""Addresses that every page's foot uses: mounted once, at the root."""

from django.urls import path

from shoal.web.components import views

app_name = "look"
urlpatterns = [
    path("look/language/", views.set_language, name="language"),
    path("look/theme/", views.set_theme, name="theme"),
]
