from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="intent",
            name="client",
            field=models.CharField(
                default="desk",
                help_text="what the payer pays with: desk, phone, wechat",
                max_length=10,
            ),
        ),
    ]
