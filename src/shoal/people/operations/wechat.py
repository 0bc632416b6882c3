"""WeChat as one more way in which a person is known."""

from datetime import datetime

from shoal.kit import vault
from shoal.kit.errors import Refused
from shoal.kit.locks import lock_row
from shoal.kit.transactions import operation
from shoal.people.models import Identity, Person
from shoal.people.steps import amend_sealed


class WechatTaken(Refused):
    """This WeChat account is somebody else’s here. Sign in with her phone, or pay another way."""

    code = "wechat_taken"


@operation
def know_wechat(*, person: Person, openid: str, at: datetime) -> None:
    """This will write down that `person` was in WeChat as `openid`; the newest is sealed for her.

    She may have several. Raises WechatTaken when it is another person's: an identity never moves.
    """
    index = vault.blind_index(Identity.Kind.WECHAT, openid)
    locked = lock_row(Person, person.pk)
    identity, made = Identity.objects.get_or_create(
        kind=Identity.Kind.WECHAT,
        blind_index=index,
        defaults={"person": locked, "proved_at": at},
    )
    if identity.person_id != locked.pk:
        raise WechatTaken
    if not made:
        identity.proved_at = at
        identity.save(update_fields=["proved_at"])
    amend_sealed(person=locked, changes={"wechat": openid})
