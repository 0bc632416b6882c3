"""Django's mail through our own way out, so that staff mail is sealed and shown like the rest."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from shoal.kit.clock import now
from shoal.notify import operations, steps


class Backend(BaseEmailBackend):
    """Keeps each mail; a worker sends it. Joins the caller's transaction where there is one."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """This will put the mails on their way and return how many."""
        keep = steps.send_mail if connection.in_atomic_block else operations.keep_mail
        count = 0
        for mail in email_messages:
            for address in mail.recipients():
                keep(to=address, subject=str(mail.subject), body=str(mail.body), at=now())
                count += 1
        return count
