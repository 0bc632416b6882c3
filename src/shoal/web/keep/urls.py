"""Addresses of the keeper's face."""

from django.urls import path

from shoal.web.keep import (
    customers,
    earnings,
    goods,
    opening,
    orders,
    product,
    sharing,
    shelf,
    shop,
    statements,
    today,
)

app_name = "keep"
urlpatterns = [
    path("", today.today, name="today"),
    path("open", opening.opening, name="open"),
    path("goods", goods.goods, name="goods"),
    path("goods/<str:code>", product.product, name="product"),
    path("goods/<str:code>/price", product.price, name="price"),
    path("goods/<str:code>/words", product.words, name="words"),
    path("goods/<str:code>/placement", product.placement, name="placement"),
    path("sales", goods.sales, name="sales"),
    path("sales/<str:code>", goods.sale, name="sale"),
    path("shares", sharing.shares, name="shares"),
    path("shares/<str:code>", sharing.share, name="share"),
    path("orders", orders.orders, name="orders"),
    path("orders/<str:code>", orders.order, name="order"),
    path("customers", customers.customers, name="customers"),
    path("conversations", customers.conversations, name="conversations"),
    path("conversations/<str:code>", customers.conversation, name="conversation"),
    path("me", shop.me, name="me"),
    path("me/earnings", earnings.earnings, name="earnings"),
    path("me/statements", statements.statements, name="statements"),
    path("me/statements/months", statements.months, name="months"),
    path("me/statements/months.xlsx", statements.months_sheet, name="months-sheet"),
    path("me/statements/<str:code>", statements.statement, name="statement"),
    path(
        "me/statements/<str:code>/pdf",
        statements.download,
        {"suffix": "pdf"},
        name="statement-pdf",
    ),
    path(
        "me/statements/<str:code>/xlsx",
        statements.download,
        {"suffix": "xlsx"},
        name="statement-xlsx",
    ),
    path("me/invoice", statements.invoice, name="invoice"),
    path("me/shelf", shelf.shelf, name="shelf"),
    path("me/shelf/markup", shelf.markup, name="markup"),
    path("me/look", shop.look, name="look"),
    path("me/look/blocks", shop.blocks, name="blocks"),
    path("me/shop", shop.settings, name="shop"),
    path("me/shop/pause", shop.pause, name="pause"),
    path("me/shop/choice", shop.choice, name="choice"),
]
