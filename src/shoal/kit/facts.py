"""What is appended and never edited: the database refuses, whoever asks."""

from django.db import migrations

_REFUSE = """
CREATE OR REPLACE FUNCTION shoal_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'facts in % are never edited: append a correction', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str) -> migrations.RunSQL:
    """This will return the migration step after which rows of `table` can only be added."""
    return migrations.RunSQL(
        f"""{_REFUSE}
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON "{table}"
            FOR EACH ROW EXECUTE FUNCTION shoal_refuse_edit();""",
        f'DROP TRIGGER {table}_append_only ON "{table}"',
    )
