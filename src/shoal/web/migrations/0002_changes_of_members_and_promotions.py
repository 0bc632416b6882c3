"""Who keeps a shop is told of, too; a promotion's change is told to its owner, and not per claim.

What is claimed changes no page until nothing is left: a crowd that claims one coupon would else
have every page made anew twice a second.
"""

from django.db import migrations

_OWNER = "SELECT coalesce({0}brand_id, {0}shop_id) FROM"
_PART = f"""
    {_OWNER.format("p.")} touched JOIN promotions_promotion p ON p.id = touched.promotion_id
"""
# Rows compared as JSON: a column that is added later counts as well.
_CLAIMED = f"""
    {_OWNER.format("touched.")} touched JOIN before ON before.id = touched.id
    WHERE to_jsonb(touched) - 'claimed' <> to_jsonb(before) - 'claimed'
       OR touched.supply IN (touched.claimed, before.claimed)
"""


def _function(name: str, owners: str, *, replace: bool = False) -> str:
    return f"""
        CREATE {"OR REPLACE" if replace else ""} FUNCTION {name}() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO web_change (owner, what)
            SELECT DISTINCT found.owner, TG_TABLE_NAME FROM ({owners}) AS found (owner)
            WHERE EXISTS (SELECT FROM touched);
            RETURN NULL;
        END $$;
    """


def _trigger(table: str, event: str, function: str, tables: str) -> str:
    return f"""
        CREATE TRIGGER {table}_{event.lower()}_told AFTER {event} ON {table}
            REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {function}();
    """


_MEMBERS = "shoal_shops_shopmember_changed"
_NEW, _OLD = "NEW TABLE AS touched", "OLD TABLE AS touched"
_FORWARDS = (
    _function(_MEMBERS, "SELECT shop_id FROM touched")
    + _trigger("shops_shopmember", "INSERT", _MEMBERS, _NEW)
    + _trigger("shops_shopmember", "UPDATE", _MEMBERS, _NEW)
    + _trigger("shops_shopmember", "DELETE", _MEMBERS, _OLD)
    + _function(
        "shoal_promotions_promotion_changed", f"{_OWNER.format('')} touched", replace=True
    )
    + _function("shoal_promotions_part_changed", _PART, replace=True)
    + "DROP TRIGGER promotions_promotion_update_told ON promotions_promotion;"
    + _function("shoal_promotion_updated", _CLAIMED)
    + _trigger(
        "promotions_promotion",
        "UPDATE",
        "shoal_promotion_updated",
        f"OLD TABLE AS before {_NEW}",
    )
)
_BACKWARDS = (
    f"DROP FUNCTION {_MEMBERS}() CASCADE; DROP FUNCTION shoal_promotion_updated() CASCADE;"
    + _function("shoal_promotions_promotion_changed", "SELECT NULL::uuid", replace=True)
    + _function("shoal_promotions_part_changed", "SELECT NULL::uuid", replace=True)
    + _trigger("promotions_promotion", "UPDATE", "shoal_promotions_promotion_changed", _NEW)
)


class Migration(migrations.Migration):
    """After every table that it listens to."""

    dependencies = [("web", "0001_changes"), ("shops", "0001_initial")]
    operations = [migrations.RunSQL(_FORWARDS, _BACKWARDS)]
