"""The chart names values, settings and commands that are there.

Nothing here renders the templates, which takes Helm: what they say is read as text.
"""

import json
import re
from typing import Any

import pytest
import yaml
from django.urls import reverse

from shoal.kit import pictures
from shoal.run import health
from tests.deploy.files import DEPLOY, is_command, readable, unknown_settings

CHART = DEPLOY / "helm" / "shoal"
TEMPLATES = {path.name: path.read_text(encoding="utf-8") for path in CHART.glob("templates/*")}
VALUES_TEXT = (CHART / "values.yaml").read_text(encoding="utf-8")
VALUES: dict[str, Any] = yaml.safe_load(VALUES_TEXT)
WHOLE = "\n".join(TEMPLATES.values())
WEBS = ("web", "checkout")
# Handed as they are to whoever understands them.
OPEN = {
    "settings", "imagePullSecrets", "podAnnotations", "nodeSelector", "tolerations",
    "ingress.annotations", "migrate.resources",
    *(f"{name}.{part}" for name in (*WEBS, "worker") for part in ("resources", "disruption")),
}  # fmt: skip


def leaves(values: dict[str, Any], before: str = "") -> set[str]:
    found = set()
    for name, value in values.items():
        here = f"{before}{name}"
        within = isinstance(value, dict) and here not in OPEN
        found |= leaves(value, f"{here}.") if within else {here}
    return found


def named() -> set[str]:
    """The values that templates name, those inside `with .Values.x` by their full name."""
    found = set(re.findall(r"\.Values\.([\w.]+)", WHOLE))
    # Web and what serves the checkout are one template, each with values of its own.
    of_webs = set(re.findall(r"\$values\.([\w.]+)", TEMPLATES["web.yaml"]))
    of_webs |= {
        f"autoscaling.{name}" for name in re.findall(r" \.(\w+)", TEMPLATES["autoscaling.yaml"])
    }
    found |= {f"{web}.{name}" for web in WEBS for name in of_webs}
    for name, body in re.findall(r"(?s)\{\{- with \.Values\.(\w+) \}\}(.*?)\{\{- end \}\}", WHOLE):
        if isinstance(VALUES.get(name), dict) and name not in OPEN:
            found |= {f"{name}.{inner}" for inner in re.findall(r"[ (]\.(\w+)", body)}
    return found


def test_what_templates_name_has_a_value() -> None:
    known = leaves(VALUES) | {"settings.SHOAL_PAY"} | set(VALUES)
    assert named() - known == set()


def test_every_value_is_used() -> None:
    # Of each component, found by its name: `(get $.Values $component).disruption`.
    components = (*WEBS, "worker")
    assert leaves(VALUES) - named() == {f"{name}.disruption" for name in components}
    assert all(VALUES[name]["disruption"]["maxUnavailable"] for name in components)


def test_a_crowd_that_orders_has_pods_of_its_own() -> None:
    for name in ("web", "service", "autoscaling"):
        assert (
            f"range $component := list {' '.join(map(json.dumps, WEBS))}"
            in TEMPLATES[f"{name}.yaml"]
        )
    assert VALUES["checkout"].keys() == VALUES["web"].keys()
    led = re.findall(r"path: (/\S*)\n.*\n.*\n.*-(\w+), port", TEMPLATES["ingress.yaml"])
    assert led == [(reverse("buy:checkout"), "checkout"), ("/", "web")]


def test_every_setting_is_one() -> None:
    assert unknown_settings(WHOLE + VALUES_TEXT) == set()
    assert readable(VALUES["settings"])


def test_what_is_included_is_defined() -> None:
    included = set(re.findall(r'include "([\w.]+)"', WHOLE))
    assert included == set(re.findall(r'define "([\w.]+)"', WHOLE))


def test_blocks_end() -> None:
    for name, text in TEMPLATES.items():
        opened = re.findall(r"\{\{-? (?:if|with|range|define)\b", text)
        assert len(opened) == len(re.findall(r"\{\{-? end\b", text)), name


@pytest.mark.parametrize("name", ["web", "worker", "migrate"])
def test_what_runs_is_a_command_and_may_do_no_more_than_it_must(name: str) -> None:
    text = TEMPLATES[f"{name}.yaml"]
    (words,) = re.findall(r"args: \[(.*)\]", text)
    assert words.split(", ")[0] == name
    assert is_command(words.split(", "))
    for part in ("shoal.podSecurity", "shoal.security", "shoal.environment", "shoal.image"):
        assert f'include "{part}"' in text
    assert "automountServiceAccountToken: false" in text
    assert "enableServiceLinks: false" in text


def test_probes_ask_where_we_answer_under_a_name_we_know() -> None:
    web = TEMPLATES["web.yaml"]
    assert set(re.findall(r"path: (/\S+)", web)) == {health.PATH}
    assert "httpHeaders: [{name: Host, value: localhost}]" in web
    # A web without its database is not helped by starting it anew.
    assert re.search(r"livenessProbe:\s+tcpSocket", web)


def test_no_secret_and_no_address_is_written_down() -> None:
    assert (VALUES["database"]["host"], VALUES["vault"]["host"], VALUES["nats"]["host"]) == (
        "", "", "",
    )  # fmt: skip
    assert VALUES["image"]["repository"] == ""
    assert "kind: Secret" not in WHOLE
    assert not re.search(r"(?i)password: *\S", VALUES_TEXT)


def test_the_ingress_lets_through_what_the_proxy_of_compose_does() -> None:
    (most,) = re.findall(
        r"client_max_body_size (\d+)m;", (DEPLOY / "compose/nginx.conf").read_text()
    )
    assert int(most) * 1024 * 1024 > pictures.MAX_BYTES
    sizes = {"nginx.ingress.kubernetes.io/proxy-body-size": f"{most}m"}
    assert VALUES["ingress"]["annotations"] == sizes
    (example,) = re.findall(r"(?s)```yaml\n(.*?)```", (DEPLOY / "helm/README.md").read_text())
    assert yaml.safe_load(example)["ingress"]["annotations"] == sizes


def test_the_database_comes_first() -> None:
    assert TEMPLATES["migrate.yaml"].count("helm.sh/hook: pre-install,pre-upgrade") == 2
