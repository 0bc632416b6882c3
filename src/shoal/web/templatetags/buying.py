"""`{% load buying %}`: what only the customer's pages write."""

from django import template

from shoal.people.rules import spaced_phone

register = template.Library()


@register.filter
def phone(number: str) -> str:
    """This will write a phone as people read it: "138 1234 5678"."""
    return spaced_phone(number)
