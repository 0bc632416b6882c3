"""Shoal's own cluster: what it is made with, who runs it, how it comes back."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from shoal.run import places, postgres, processes
from shoal.run.places import Cluster
from shoal.run.trouble import CannotRun


@pytest.mark.django_db
def test_chinese_has_trigrams() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("SELECT similarity('海风保温杯', '海风杯'), show_trgm('鱼群')")
        row = cursor.fetchone()
    assert row is not None
    assert row[0] > 0
    assert row[1]
