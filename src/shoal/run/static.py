"""Static files under names that carry their content's hash, so that browsers keep them for ever."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedFiles(ManifestStaticFilesStorage):
    """Also follows `import` between ES modules."""

    support_js_module_import_aggregation = True
    # A file that a package forgot to ship must not take the page down with it.
    manifest_strict = False
