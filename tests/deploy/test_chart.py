"""The chart, rendered by Helm itself: restricted pods, settings that exist, secrets to those who need them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dumont.platform.settings import load
from tests.deploy.tools import CHART, KNOWN, SECRET, TAG, Manifest, manifests, read_yaml, rendered
from tests.deploy.values import BUILT_IN, OWN_DATABASE, OWN_SECRET, WAYS

OURS = ("web", "worker", "migrate")
OF_OPERATORS = ("ServiceMonitor", "PodMonitor")


@pytest.fixture(scope="module", params=list(WAYS.values()), ids=list(WAYS))
def release(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Manifest]:
    return manifests(request.param, tmp_path_factory.mktemp("values"))


@pytest.fixture
def built_in(tmp_path: Path) -> list[Manifest]:
    return manifests(BUILT_IN, tmp_path)


def one(release: list[Manifest], kind: str, name: str) -> Manifest:
    return next(found for found in release if found["kind"] == kind and found["metadata"]["name"] == name)


def pods(release: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    for found in release:
        if found["kind"] in ("Deployment", "StatefulSet", "Job"):
            template = found["spec"]["template"]
            yield template["metadata"]["labels"]["app.kubernetes.io/component"], template


def environment(template: Manifest) -> dict[str, Any]:
    return {entry["name"]: entry for entry in template["spec"]["containers"][0]["env"]}


def matches(selector: Manifest, labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return wanted and all(labels.get(e["key"]) in e["values"] for e in selector.get("matchExpressions", []))


class TestEveryRelease:
    def test_is_what_the_api_server_accepts(self, release: list[Manifest]) -> None:
        validate = pytest.importorskip("kubernetes_validate", reason="no kubernetes-validate on this machine").validate
        for manifest in release:
            if manifest["kind"] not in OF_OPERATORS:
                for version in ("1.27", "1.33"):
                    validate(manifest, version, strict=True)

    def test_has_restricted_pods(self, release: list[Manifest]) -> None:
        for component, template in pods(release):
            spec = template["spec"]
            assert spec["securityContext"]["runAsNonRoot"] is True, component
            assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, component
            assert spec["automountServiceAccountToken"] is False, component
            for container in spec["containers"]:
                assert container["securityContext"] == {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                }
                assert "memory" in container["resources"]["limits"]
                assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
                assert TAG.match(container["image"])

    def test_probes_all_that_stays(self, release: list[Manifest]) -> None:
        for component, template in pods(release):
            container = template["spec"]["containers"][0]
            assert ("livenessProbe" in container) == (component != "migrate")

    def test_sets_only_what_there_is_to_set(self, release: list[Manifest]) -> None:
        for component, template in pods(release):
            if component in OURS:
                assert set(environment(template)) <= KNOWN
        assert set(one(release, "ConfigMap", "prod-dumont")["data"]) <= KNOWN - SECRET

    def test_gives_settings_that_are_accepted(self, release: list[Manifest], tmp_path: Path) -> None:
        data = one(release, "ConfigMap", "prod-dumont")["data"]
        settings = load({"DUMONT_HOME": str(tmp_path), **data}).settings
        for component, template in pods(release):
            if component in ("web", "worker"):
                assert (
                    template["spec"]["terminationGracePeriodSeconds"]
                    > settings.drain_seconds + settings.shutdown_seconds
                )

    def test_never_hands_the_owner_to_web_processes(self, release: list[Manifest]) -> None:
        keys = {
            c: environment(t)["DATABASE_URL"]["valueFrom"]["secretKeyRef"]["key"] for c, t in pods(release) if c in OURS
        }
        assert keys == {"web": "DATABASE_URL", "worker": "DATABASE_OWNER_URL", "migrate": "DATABASE_OWNER_URL"}

    def test_selects_pods_that_there_are(self, release: list[Manifest]) -> None:
        labels = [template["metadata"]["labels"] for _, template in pods(release)]
        selectors = [
            found["spec"].get("podSelector") or found["spec"]["selector"]
            for found in release
            if found["kind"] in ("NetworkPolicy", "PodDisruptionBudget")
        ]
        selectors += [{"matchLabels": found["spec"]["selector"]} for found in release if found["kind"] == "Service"]
        assert len(selectors) > 4
        assert all(any(matches(selector, pod) for pod in labels) for selector in selectors)

    def test_lets_no_pod_go_without_a_network_policy(self, release: list[Manifest]) -> None:
        (everyone,) = (f for f in release if f["kind"] == "NetworkPolicy" and f["metadata"]["name"] == "prod-dumont")
        assert everyone["spec"]["policyTypes"] == ["Ingress", "Egress"]
        assert "ingress" not in everyone["spec"]
        assert all(matches(everyone["spec"]["podSelector"], t["metadata"]["labels"]) for _, t in pods(release))

    def test_replaces_web_processes_without_a_gap(self, release: list[Manifest]) -> None:
        web = one(release, "Deployment", "prod-dumont-web")["spec"]
        assert web["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        assert web["template"]["spec"]["containers"][0]["readinessProbe"]["httpGet"]["path"] == "/health/ready"
        assert web["template"]["spec"]["containers"][0]["lifecycle"]["preStop"]


class TestMigration:
    @pytest.mark.parametrize("values", [OWN_SECRET, OWN_DATABASE], ids=["own-secret", "own-database"])
    def test_is_a_hook_before_all_else_where_the_database_is_there_already(
        self, values: Manifest, tmp_path: Path
    ) -> None:
        found = [m for m in manifests(values, tmp_path) if "migrate" in m["metadata"]["name"]]
        assert found
        assert all(m["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade" for m in found)

    def test_is_no_hook_where_the_database_comes_with_the_release(self, built_in: list[Manifest]) -> None:
        job = one(built_in, "Job", "prod-dumont-migrate-1")
        assert "annotations" not in job["metadata"]

    def test_needs_nothing_that_comes_after_it(self, tmp_path: Path) -> None:
        release = manifests(OWN_DATABASE, tmp_path)
        job = one(release, "Job", "prod-dumont-migrate")
        named = environment(job["spec"]["template"])["DATABASE_URL"]["valueFrom"]["secretKeyRef"]["name"]
        secret = one(release, "Secret", named)
        assert int(secret["metadata"]["annotations"]["helm.sh/hook-weight"]) < int(
            job["metadata"]["annotations"]["helm.sh/hook-weight"]
        )
        assert "serviceAccountName" not in job["spec"]["template"]["spec"]


class TestSecrets:
    def test_make_addresses_of_the_built_in_stores(self, built_in: list[Manifest], tmp_path: Path) -> None:
        data = one(built_in, "Secret", "prod-dumont")["stringData"]
        assert data["DATABASE_URL"] == f"postgresql://dumont_app:{'a' * 24}@prod-dumont-postgresql:5432/dumont"
        assert one(built_in, "Service", "prod-dumont-postgresql")
        assert one(built_in, "Service", "prod-dumont-redis")
        assert load({"DUMONT_HOME": str(tmp_path), **data}).settings.redis == data["REDIS_URL"]

    def test_are_not_made_where_there_is_one(self, tmp_path: Path) -> None:
        assert not [m for m in manifests(OWN_SECRET, tmp_path) if m["kind"] == "Secret"]

    def test_are_asked_for_in_a_sentence(self, tmp_path: Path) -> None:
        with pytest.raises(Exception, match=r"secrets\.secretKey is missing: 32 characters"):
            rendered({}, tmp_path)

    def test_are_listed_in_the_guide(self) -> None:
        guide = (CHART / "README.md").read_text()
        used = set(re.findall(r'"([A-Z_]+)"', (CHART / "templates" / "web.yaml").read_text()))
        assert used
        assert all(f"`{key}`" in guide for key in used)


class TestValues:
    @pytest.mark.parametrize(
        ("wrong", "complaint"),
        [
            ({"settings": {"DUMONT_TRUSTED_PROXIES": "*"}}, "at '/settings/DUMONT_TRUSTED_PROXIES'"),
            ({"settings": {"DUMONT_SECRET_KEY": "s" * 48}}, "invalid propertyName 'DUMONT_SECRET_KEY'"),
            ({"settings": {"DUMONT_SHUTDOWN_SECONDS": -1}}, "at '/settings/DUMONT_SHUTDOWN_SECONDS'"),
            ({"image": {"tag": "latest"}}, "at '/image/tag'"),
            ({"postgresql": {"ownerPassword": "short"}}, "at '/postgresql/ownerPassword'"),
            ({"postgresql": {"ownerPassword": "breaks/an-address-at"}}, "at '/postgresql/ownerPassword'"),
            ({"web": {"replica": 3}}, "at '/web'"),
        ],
    )
    def test_are_refused_when_wrong(self, wrong: Manifest, complaint: str, tmp_path: Path) -> None:
        values = {name: {**BUILT_IN.get(name, {}), **wrong.get(name, {})} for name in {*BUILT_IN, *wrong}}
        with pytest.raises(Exception, match=re.escape(complaint)):
            _checked(values, tmp_path)

    def test_keep_whole_numbers_whole(self, tmp_path: Path) -> None:
        data = one(manifests(OWN_SECRET, tmp_path), "ConfigMap", "prod-dumont")["data"]
        assert data["DUMONT_REQUEST_BYTES_MAX"] == "5000000"
        assert data["DUMONT_DATABASE_SLOW_SECONDS"] == "0.25"

    def test_name_settings_that_exist(self) -> None:
        assert set(read_yaml(CHART / "values.yaml")["settings"]) <= KNOWN - SECRET

    def test_reach_no_name_that_does_not_exist(self) -> None:
        texts = [path.read_text() for path in (CHART / "templates").iterdir()]
        names = {name for text in texts for name in re.findall(r"\bDUMONT_[A-Z_]+\b", text)}
        assert len(names) > 5
        assert names <= KNOWN


class TestLint:
    def test_finds_nothing(self) -> None:
        helm = pytest.importorskip("helm_python", reason="no helm-python-sdk on this machine")
        report = helm.lint(CHART, BUILT_IN, strict=True, kube_version="v1.31.0")
        assert report["errors"] == []
        assert [message for message in report["messages"] if message["severity"] > 1] == []


def _checked(values: Manifest, folder: Path) -> None:
    """Rendering by the library does not look at the schema, by the program it does."""
    try:
        import helm_python
    except ImportError:
        rendered(values, folder)
    else:
        helm_python.Chart.load(CHART).validate_schema(values)
