"""Addresses of the customer's face."""

from django.urls import path

from shoal.web.buy import (
    asking,
    cart,
    checkout,
    landing,
    me,
    orders,
    paying,
    product,
    received,
    storefront,
)

app_name = "buy"
urlpatterns = [
    path("", landing.front, name="front"),
    path("s/<str:code>", landing.share, name="share"),
    path("shop/<str:code>", storefront.shop_home, name="shop"),
    path("shop/<str:code>/sale/<str:sale_code>", storefront.sale, name="sale"),
    path("shop/<str:code>/p/<str:product_code>", product.product, name="product"),
    path("shop/<str:code>/categories", storefront.categories, name="categories"),
    path("shop/<str:code>/c/<str:category_code>", storefront.category, name="category"),
    path("shop/<str:code>/search", storefront.search, name="search"),
    path("shop/<str:code>/ask", asking.conversation, name="ask"),
    path("shop/<str:code>/corner", cart.corner, name="corner"),
    path("cart", cart.cart, name="cart"),
    path("cart/lines", cart.lines, name="cart-lines"),
    path("checkout", checkout.checkout, name="checkout"),
    path("checkout/totals", checkout.totals, name="totals"),
    path("orders", orders.orders, name="orders"),
    path("orders/<str:code>", orders.order, name="order"),
    path("orders/<str:code>/payment", paying.payment, name="payment"),
    path("orders/<str:code>/payment/return", paying.payment_return, name="payment-return"),
    path("orders/<str:code>/payment/state", paying.payment_state, name="payment-state"),
    path("orders/<str:code>/paid", paying.paid, name="paid"),
    path("orders/<str:code>/cancellation", orders.cancellation, name="cancellation"),
    path("orders/<str:code>/address", orders.order_address, name="order-address"),
    path("orders/<str:code>/again", orders.again, name="again"),
    path("orders/<str:code>/arrival", received.arrival, name="arrival"),
    path("orders/<str:code>/counterfeit", received.counterfeit, name="counterfeit"),
    path("me", me.me, name="me"),
    path("me/addresses", me.addresses, name="addresses"),
    path("me/addresses/new", me.new_address, name="new-address"),
    path("me/addresses/<str:code>", me.address, name="address"),
    path("me/addresses/<str:code>/removal", me.address_removal, name="address-removal"),
]
