"""What changed that shared pages show: a row for each statement, written by triggers.

A shop's own tables name the shop, a brand's the brand, a promotion's whose it is; what may stand on
any page names nobody. Of stock only what comes near to being sold out, or back, changes a page, and
of claims only those that leave nothing: a crowd that claims one coupon would else have every page
made anew twice a second.
"""

from django.db import migrations

_LOW = 20

# Each table, and which brand or shop its changed rows (called `touched`) belong to.
_OWNERS = {
    "shops_shop": "SELECT id FROM touched",
    "shops_shopmember": "SELECT shop_id FROM touched",
    "shelves_shelf": "SELECT shop_id FROM touched",
    "shelves_placement": "SELECT shop_id FROM touched",
    "shelves_words": "SELECT shop_id FROM touched",
    "shelves_markup": "SELECT shop_id FROM touched",
    "brands_brand": "SELECT id FROM touched",
    "catalog_product": "SELECT brand_id FROM touched",
    "catalog_freighttemplate": "SELECT brand_id FROM touched",
    "offers_offer": "SELECT brand_id FROM touched",
    "offers_flashsale": "SELECT brand_id FROM touched",
    "catalog_sku": "SELECT brand_id FROM touched JOIN catalog_product p ON p.id = product_id",
    "catalog_picture": "SELECT brand_id FROM touched JOIN catalog_product p ON p.id = product_id",
    "catalog_freightprice": (
        "SELECT brand_id FROM touched JOIN catalog_freighttemplate t ON t.id = template_id"
    ),
    "offers_offerprice": "SELECT brand_id FROM touched JOIN offers_offer o ON o.id = offer_id",
    "catalog_category": "SELECT NULL::uuid",
    "promotions_promotion": "SELECT coalesce(brand_id, shop_id) FROM touched",
    "promotions_part": (
        "SELECT coalesce(p.brand_id, p.shop_id) FROM touched"
        " JOIN promotions_promotion p ON p.id = promotion_id"
    ),
}
# What an update of these changes is told by comparing their rows before and after.
_COMPARED = {
    "stock_allotment": f"""
        SELECT p.brand_id FROM touched
        JOIN before ON before.id = touched.id AND before.available <> touched.available
        JOIN catalog_sku s ON s.id = touched.sku_id JOIN catalog_product p ON p.id = s.product_id
        WHERE least(before.available, touched.available) <= {_LOW}
    """,
    # Rows compared as JSON: a column that is added later counts as well.
    "promotions_promotion": """
        SELECT coalesce(touched.brand_id, touched.shop_id) FROM touched
        JOIN before ON before.id = touched.id
        WHERE to_jsonb(touched) - 'claimed' <> to_jsonb(before) - 'claimed'
           OR touched.supply IN (touched.claimed, before.claimed)
    """,
}


def _function(name: str, owners: str) -> str:
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO web_change (owner, what)
            SELECT DISTINCT found.owner, TG_TABLE_NAME FROM ({owners}) AS found (owner)
            WHERE EXISTS (SELECT FROM touched);
            -- Who has not asked for an hour takes everything for changed. One in a thousand tidies
            -- up, and leaves alone what another is just deleting.
            IF random() < 0.001 THEN
                DELETE FROM web_change WHERE id IN (
                    SELECT id FROM web_change WHERE at < now() - interval '1 hour'
                    FOR UPDATE SKIP LOCKED
                );
            END IF;
            RETURN NULL;
        END $$;
    """


def _triggers(table: str, owners: str) -> str:
    tables = {"INSERT": "NEW TABLE AS touched", "DELETE": "OLD TABLE AS touched"}
    if table not in _COMPARED:
        tables["UPDATE"] = "NEW TABLE AS touched"
    told = f"shoal_{table}_changed"
    every = (_trigger(table, event, told, which) for event, which in tables.items())
    return _function(told, owners) + "".join(every)


def _comparison(table: str, owners: str) -> str:
    told = f"shoal_{table}_updated"
    tables = "OLD TABLE AS before NEW TABLE AS touched"
    return _function(told, owners) + _trigger(table, "UPDATE", told, tables)


def _trigger(table: str, event: str, told: str, tables: str) -> str:
    return f"""
        CREATE TRIGGER {table}_{event.lower()}_told AFTER {event} ON {table}
            REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {told}();
    """


def _forwards() -> str:
    return (
        """
        CREATE TABLE web_change (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
            owner uuid,
            what text NOT NULL,
            at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX web_change_xid ON web_change (xid);
        """
        + "".join(_triggers(table, owners) for table, owners in _OWNERS.items())
        + "".join(_comparison(table, owners) for table, owners in _COMPARED.items())
    )


def _backwards() -> str:
    functions = [f"shoal_{table}_changed" for table in _OWNERS]
    functions += [f"shoal_{table}_updated" for table in _COMPARED]
    return "DROP TABLE web_change CASCADE;" + "".join(
        f"DROP FUNCTION {name}() CASCADE;" for name in functions
    )


class Migration(migrations.Migration):
    """After every table that it listens to."""

    initial = True
    dependencies = [
        ("brands", "0001_initial"),
        ("catalog", "0001_initial"),
        ("offers", "0001_initial"),
        ("promotions", "0001_initial"),
        ("shelves", "0001_initial"),
        ("shops", "0001_initial"),
        ("stock", "0001_initial"),
    ]
    operations = [migrations.RunSQL(_forwards(), _backwards())]
