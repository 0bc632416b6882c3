"""An account for what brands owe customers who paid the way back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                max_length=20,
                choices=[
                    ("clearing", "paid in at a provider, by provider"),
                    ("escrow", "paid by customers, owed to nobody yet"),
                    ("brand_payable", "Brand"),
                    ("keeper_payable", "Keeper"),
                    ("platform_fee", "Fee"),
                    ("tax_payable", "Tax"),
                    ("brand_deposit", "Deposit"),
                    ("return_postage", "what brands owe customers for the way back"),
                    ("goodwill", "Goodwill"),
                    ("promotion", "what a funder gives towards discounts"),
                    ("bank", "our own bank account"),
                    ("provider_fee", "what payment providers kept for their work"),
                    ("payout", "left a party's account, not yet at her bank"),
                ],
            ),
        ),
    ]
