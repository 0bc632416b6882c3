r"""Harbour Pay: the payment partner of the sandbox. Another company, run to be tested against.

It shares no code, no database and no memory with Shoal; they speak HTTP. Everything it knows is in
one SQLite file of its own folder, with its key, so that what it owes survives a restart.

The protocol, in the manner of the large ones:

- A message is signed with Ed25519. Headers `Pay-Timestamp` (Unix seconds), `Pay-Nonce`,
  `Pay-Signature` (base64). A merchant signs `METHOD\npath\ntimestamp\nnonce\nbody\n`; the partner
  signs its answers and its notices as `timestamp\nnonce\nbody\n`. Five minutes old is too old, and
  a nonce counts once.
- `POST /v1/payments`: `code amount currency title return_url notify_url expires_at language`
  gives `reference` and `page`. `GET /v1/payments/<code>` gives `charges`.
- `POST /v1/refunds`: `code payment amount currency notify_url` gives `state`, and so does
  `GET /v1/refunds/<code>`. Each is safe to repeat with the same code.
- `GET /v1/bills/<since>-<until>` (Unix seconds) gives `ready` and `rows`: `kind` (pay, refund)
  `code reference amount fee currency happened_at`. It keeps 0.6 % of a charge and gives the same
  part of a refund back.
- `POST /v1/transfers`: `code amount currency kind holder bank number note` sends money to an
  account; it and `GET /v1/transfers/<code>` give `reference` and what was `told`, event by event.
- A notice is `POST notify_url` with `event kind code amount currency happened_at`, repeated with
  growing pauses until it is answered 2xx.
- `/test` makes it misbehave.
"""
