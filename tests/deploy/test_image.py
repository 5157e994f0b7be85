"""The image: nobody's root, nothing unpinned, nothing unchecked, no secret inside."""

import re

from tests.deploy.tools import ROOT, SECRET, TAG, program, run

DOCKERFILE = (ROOT / "Dockerfile").read_text()
STAGES = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]


class TestImage:
    def test_pleases_hadolint(self) -> None:
        done = run(program("hadolint"), "--failure-threshold", "info", str(ROOT / "Dockerfile"))
        assert done.returncode == 0, done.stdout

    def test_stands_on_pinned_images(self) -> None:
        images = dict(re.findall(r"^ARG (\w+_IMAGE)=(\S+)$", DOCKERFILE, flags=re.MULTILINE))
        assert images
        assert all(TAG.match(image) for image in images.values()), images
        assert {stage.split()[0] for stage in STAGES} == {f"${{{name}}}" for name in images}

    def test_runs_as_nobody_in_particular(self) -> None:
        users = re.findall(r"^USER (\S+)$", STAGES[-1], flags=re.MULTILINE)
        assert users == ["10001:10001"]
        assert STAGES[-1].index("USER ") < STAGES[-1].index("ENTRYPOINT")

    def test_installs_only_what_the_lock_files_know(self) -> None:
        installs = [line for line in DOCKERFILE.splitlines() if re.search(r"pip (install|wheel)", line)]
        assert installs
        for line in installs:
            assert "--require-hashes" in line or "--no-deps" in line, line

    def test_compiles_nothing_of_others(self) -> None:
        """A compiler is there for our own C library, in the stage that is left behind, and packages come as wheels."""
        assert not re.search(r"\b(build-essential|python3-dev)\b", DOCKERFILE)
        assert not re.search(r"\bgcc\b", STAGES[-1])
        assert DOCKERFILE.count("--require-hashes") == DOCKERFILE.count("--only-binary :all:")

    def test_leaves_builders_behind(self) -> None:
        copied = re.findall(r"^COPY (.+)$", STAGES[-1], flags=re.MULTILINE)
        assert copied == ["--from=build /opt/dumont /opt/dumont"]

    def test_has_somebody_to_bury_orphans(self) -> None:
        assert 'ENTRYPOINT ["/usr/bin/tini", "--"]' in DOCKERFILE

    def test_starts_the_product_by_itself(self) -> None:
        assert 'CMD ["dumont", "up", "--host", "0.0.0.0"]' in DOCKERFILE
        assert "STOPSIGNAL SIGTERM" in DOCKERFILE
        assert "/health/ready" in STAGES[-1].split("HEALTHCHECK")[1]

    def test_carries_no_secret(self) -> None:
        assert not [name for name in SECRET if re.search(rf"^(ARG|ENV)\b.*\b{name}\b", DOCKERFILE, flags=re.MULTILINE)]


class TestContext:
    def test_lets_in_what_is_listed_and_nothing_else(self) -> None:
        lines = [
            line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")
        ]
        assert lines[0] == "*"
        assert "**/.env*" in lines
        assert not {"!.git", "!deploy", "!tests", "!.venv"} & set(lines)

    def test_lets_in_all_that_is_copied(self) -> None:
        let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
        copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, flags=re.MULTILINE)
        sources = {source for line in copied for source in line.split()}
        assert {source.rstrip("/").split("/")[0] for source in sources} == let_in
        assert all((ROOT / source).exists() for source in sources)
