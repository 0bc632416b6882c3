"""Running an installation: PostgreSQL, the processes, their health. Knows no commerce."""
