"""Addresses of signing in, of the terms and of one's own data."""

from django.urls import path

from shoal.web.account import invitations, own_data, views, wechat

app_name = "account"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/code", views.code, name="code"),
    path("sign-in/terms", views.terms, name="terms"),
    path("sign-in/home", views.home, name="home"),
    path("sign-in/link/<str:token>", views.link, name="link"),
    path("sign-in/invitation/<str:token>", invitations.invitation, name="invitation"),
    path("sign-in/wechat", wechat.wechat, name="wechat"),
    path("sign-in/wechat/back", wechat.wechat_back, name="wechat-back"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("terms", views.terms_page, name="terms-page"),
    path("outbox", views.outbox, name="outbox"),
    path("me/data", own_data.own_data, name="own-data"),
    path("me/data/export", own_data.export, name="export"),
    path("me/data/erasure", own_data.erasure, name="erasure"),
]
