"""What changed that shared pages show: a row for each statement, written by triggers.

A shop's own tables name the shop, a brand's the brand; what may stand on any page names nobody.
Of stock only what comes near to being sold out, or back, changes a page.
"""

from django.db import migrations

_LOW = 20

# Each table, and which brand or shop its changed rows (called `touched`) belong to.
_OWNERS = {
    "shops_shop": "SELECT id FROM touched",
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
    "promotions_promotion": "SELECT NULL::uuid",
    "promotions_part": "SELECT NULL::uuid",
}
_STOCK = f"""
    SELECT p.brand_id FROM touched
    JOIN before ON before.id = touched.id AND before.available <> touched.available
    JOIN catalog_sku s ON s.id = touched.sku_id JOIN catalog_product p ON p.id = s.product_id
    WHERE least(before.available, touched.available) <= {_LOW}
"""


def _function(name: str, owners: str) -> str:
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO web_change (owner, what)
            SELECT DISTINCT found.owner, TG_TABLE_NAME FROM ({owners}) AS found (owner)
            WHERE EXISTS (SELECT FROM touched);
            -- No page is kept for an hour, so nobody asks for what is older. One in a thousand
            -- tidies up, and leaves alone what another is just deleting.
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
    told = f"shoal_{table}_changed"
    every = "".join(
        f"""
        CREATE TRIGGER {table}_{event.lower()}_told AFTER {event} ON {table}
            REFERENCING {which} TABLE AS touched
            FOR EACH STATEMENT EXECUTE FUNCTION {told}();
        """
        for event, which in {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}.items()
    )
    return _function(told, owners) + every


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
        + _function("shoal_stock_changed", _STOCK)
        + """
        CREATE TRIGGER stock_allotment_update_told AFTER UPDATE ON stock_allotment
            REFERENCING OLD TABLE AS before NEW TABLE AS touched
            FOR EACH STATEMENT EXECUTE FUNCTION shoal_stock_changed();
        """
    )


def _backwards() -> str:
    functions = [f"shoal_{table}_changed" for table in _OWNERS] + ["shoal_stock_changed"]
    return "DROP TABLE web_change CASCADE;" + "".join(
        f"DROP FUNCTION {name}() CASCADE;" for name in functions
    )


class Migration(migrations.Migration):
    """After every table that it listens to."""

    initial = True
    dependencies = [
        ("brands", "0001_initial"),
        ("catalog", "0003_freight_price"),
        ("offers", "0003_offer_price"),
        ("promotions", "0001_initial"),
        ("shelves", "0001_initial"),
        ("shops", "0001_initial"),
        ("stock", "0002_returned_units"),
    ]
    operations = [migrations.RunSQL(_forwards(), _backwards())]
