"""`shoal …`: one small file per command, listed in `shoal.cli.main`."""
