"""`shoal export-products`: all products of a brand as a sheet that can be taken in again."""

import argparse

from shoal.cli.sheets import add_common, brand_of, counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser which file, and whose products."""
    add_common(parser)


def run(arguments: argparse.Namespace) -> int:
    """This will write the sheet and say how many rows it has."""
    with brand_of(arguments) as brand:
        from django.utils.translation import gettext

        from shoal.offers.exports import export_sheet

        with counted() as bar:
            rows = export_sheet(
                path=arguments.file,
                brand=brand,
                progress=lambda done, total: bar("writing", done, total),
            )
        print(gettext("{count} rows in {file}.").format(count=f"{rows:,}", file=arguments.file))
    return 0
