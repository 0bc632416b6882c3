"""What search stands on: trigrams, the list of words, and the terms of each product."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

# The terms are a column of the table that no model names, so that no other query reads them.
_TERMS = """
ALTER TABLE catalog_product ADD COLUMN search_terms tsvector NOT NULL
    GENERATED ALWAYS AS (
        array_to_tsvector(array_remove(string_to_array(search_text, ' '), ''))
    ) STORED;
-- Read for every candidate of a search: in line, if need be compressed.
ALTER TABLE catalog_product ALTER COLUMN search_terms SET STORAGE MAIN;
-- No list of entries to be merged later: a search must not pay for the last import.
CREATE INDEX catalog_product_search ON catalog_product USING gin (search_terms)
    WITH (fastupdate = off) WHERE state = 'live';
"""
_NEAR = """
CREATE INDEX catalog_searchword_near ON catalog_searchword USING gin (spelling gin_trgm_ops);
-- Words that are spelled about like each of `typed`, the likest first.
CREATE FUNCTION catalog_near_words(typed text[], spellings text[], most integer)
    RETURNS TABLE (typed text, word text, products integer)
    LANGUAGE sql STABLE PARALLEL SAFE SET pg_trgm.similarity_threshold = 0.2 AS $$
    SELECT asked.typed, near.word, near.products
    FROM unnest(typed, spellings) AS asked (typed, spelling)
    CROSS JOIN LATERAL (
        SELECT known.word, known.products
        FROM catalog_searchword AS known
        WHERE known.spelling % asked.spelling
        ORDER BY similarity(known.spelling, asked.spelling) DESC, known.products DESC
        LIMIT most
    ) AS near
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(
            _TERMS,
            "DROP INDEX catalog_product_search;"
            "ALTER TABLE catalog_product DROP COLUMN search_terms;",
        ),
        migrations.RunSQL(
            _NEAR,
            "DROP FUNCTION catalog_near_words(text[], text[], integer);"
            "DROP INDEX catalog_searchword_near;",
        ),
    ]
