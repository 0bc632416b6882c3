"""The demo's payments, for the sandbox's partner: it was not there when the world was built."""

import json
from pathlib import Path

from shoal.reconciliation.queries import booked_notices

_PARTNER = "sandbox"
_FILE = "history.jsonl"


def bring_along(folder: Path) -> int:
    """This will write what the partner charged and gave back into the file that it takes in.

    Without it a refund of any order of the demo would find no payment there. Returns how many.
    """
    rows = booked_notices(provider=_PARTNER).select_related("intent").order_by("happened_at", "id")
    records = [
        {
            "event": notice.event,
            "kind": str(notice.kind),
            "code": notice.our_code,
            "payment": notice.intent.code,
            "amount": notice.amount,
            "currency": notice.currency,
            "happened_at": notice.happened_at.isoformat(),
        }
        for notice in rows
        if notice.intent is not None
    ]
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{json.dumps(record)}\n" for record in records)
    (folder / _FILE).write_text(text, encoding="utf-8")
    return len(records)
