"""Who you are: people, identities, addresses, roles at the platform, sign-in."""
