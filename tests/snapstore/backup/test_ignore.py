"""Rules mean what they mean to git, which is asked itself; options are the last word, our own habits the first."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dumont.snapstore import ignore
from dumont.snapstore.ignore import Judge
from dumont.snapstore.scan import scan
from dumont.snapstore.track import Track

PATHS = [
    "a", "b.py", "build/a", "build/b.py", "build/deep/a", "build/deep/ab", "build/[x]", "deep/build/a", "deep/b.py",
    "deep/deep/a.py", "deep/deep/deep/build", "#a", "!a", "a b", "a ", "\\", "ab-", "ü",
]  # fmt: skip
PARTS = st.sampled_from(
    ["a", "b", "build", "deep", "*", "**", "***", "?", "*.py", "a*", "[ab]", "[!a]", "[^a-z]", "[]a]", "[a-",
     "[[:nope:]]", "[\\]a]*", "\\#a", "\\!a", "#a", "!a", "a\\ ", "a ", " ", "\\", "b.py", "**b", "a**", "[z-a]",
     "[a-b-z]", "[", "[[:alpha:]]", "ü", "", "x/y", "[x/y]", "ab[-]"]
)  # fmt: skip


@st.composite
def rules(draw: st.DrawFn) -> bytes:
    words = "/".join(draw(st.lists(PARTS, min_size=1, max_size=3)))
    words = draw(st.sampled_from(["", "", "!", "/"])) + words + draw(st.sampled_from(["", "", "/", "\t", "\r", "//"]))
    return words.encode()


FILES = st.lists(rules(), max_size=6)


SETS = st.lists(st.tuples(FILES, FILES, FILES), min_size=4, max_size=4)
"""Of the top of a tree, of its folder `build`, of its folder `deep/deep`; for four trees at once."""


class TestRules:
    @given(sets=SETS)
    @example(
        [
            ([b"foo**/bar", b"d**/deep"], [], []),
            ([b"build", b"!build/a"], [], []),
            ([b"*", b"!*/", b"!b.py"], [b"!a"], [b"b.py"]),
            ([b"/**", b"!deep/**/"], [b"**/a"], [b"[[:alpha:]]*", b"!build\\"]),
        ]
    )
    @settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_are_gits(self, tmp_path: Path, sets: list[tuple[list[bytes], ...]]) -> None:
        if shutil.which("git") is None:
            pytest.skip("there is no git")
        root = self._trees(tmp_path)
        for number, files in enumerate(sets):
            for folder, lines in zip(("", "build", "deep/deep"), files, strict=True):
                for name in (".gitignore", ignore.FILE_NAME.decode()):
                    (root / str(number) / folder / name).write_bytes(b"\n".join(lines))
        told = set(scan(os.fsencode(root), Track(), Judge()).paths)
        every = set(scan(os.fsencode(root), Track(), _Deaf()).paths) - {b""}
        assert every - told == self._ignored(tmp_path, sorted(every))

    def _trees(self, folder: Path) -> Path:
        root = folder / "tree"
        if not root.exists():
            for path in (Path(str(number)) / path for number in range(4) for path in PATHS):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(b"")
            subprocess.run(["git", "init", "-q", "--bare", str(folder / "git")], check=True)
        return root

    def _ignored(self, folder: Path, paths: list[bytes]) -> set[bytes]:
        """By git, which no settings of a person's may tell otherwise."""
        done = subprocess.run(
            [
                *("git", f"--git-dir={folder / 'git'}", f"--work-tree={folder / 'tree'}"),
                *("-c", "core.excludesFile=/dev/null", "check-ignore", "--no-index", "-z", "--stdin"),
            ],
            input=b"\0".join(paths) + b"\0",
            cwd=folder / "tree",
            capture_output=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        return set(done.stdout.split(b"\0")) - {b""}


class _Deaf(Judge):
    def ignores(self, path: bytes, is_folder: bool) -> bool:
        return False


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in (
        "keep/a.log",
        "keep/b",
        "__pycache__/x.pyc",
        "deep/__pycache__/y.pyc",
        "deep/.cache/z",
        "web/node_modules/.cache/1",
    ):
        (tmp_path / "tree" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / path).write_bytes(b"")
    return tmp_path / "tree"


def kept(root: Path, *exclude: str, defaults: bool = True) -> set[str]:
    judge = Judge([ignore.defaults()] if defaults else [], [ignore.rules_of(line.encode() for line in exclude)])
    tree = scan(os.fsencode(root), Track(), judge, ignore.plain_folders([line.encode() for line in exclude]))
    files = {os.fsdecode(path) for path, kind in zip(tree.paths, tree.kind, strict=True) if kind == 0}
    return {path for path in files if not path.endswith(".dumontignore")}


class TestOurOwnHabits:
    def test_leave_out_what_is_made_again(self, way: str, root: Path) -> None:
        assert kept(root) == {"keep/a.log", "keep/b"}
        assert len(kept(root, defaults=False)) == 6

    def test_leave_out_nothing_that_only_looks_like_it(self, way: str, tmp_path: Path) -> None:
        work = ["core.3b-base.safetensors", "core.5/part", "core.1.bin", "score.2", "core.", "sub/.cache"]
        for path in (*work, "core.4321", "sub/core.7", "legacy.pyc", "sub/.ipynb_checkpoints/a"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(b"")
        assert kept(tmp_path) == {*work, "legacy.pyc", "sub/.ipynb_checkpoints/a"}
        (tmp_path / ".dumontignore").write_text("!core.4321\n")
        assert "core.4321" in kept(tmp_path)

    def test_can_be_taken_back(self, way: str, root: Path) -> None:
        (root / "deep" / ".dumontignore").write_text("!__pycache__/\n!.cache\n")
        assert kept(root) == {"keep/a.log", "keep/b", "deep/__pycache__/y.pyc", "deep/.cache/z"}


class TestOptions:
    def test_are_the_last_word(self, way: str, root: Path) -> None:
        (root / "keep" / ".dumontignore").write_text("!*.log\nb\n")
        assert kept(root) == {"keep/a.log"}
        assert kept(root, "*.log", "!b") == {"keep/b"}
        assert kept(root, "keep") == set()
        assert kept(root, "keep/", "!keep/") == {"keep/a.log"}


class TestAFileOfRules:
    def test_is_nothing_where_it_is_a_link_or_a_pipe(self, way: str, root: Path) -> None:
        (root / "rules").write_text("*\n")
        (root / "keep" / ".dumontignore").symlink_to(root / "rules")
        os.mkfifo(root / "deep" / ".dumontignore")
        assert kept(root) == {"keep/a.log", "keep/b", "rules"}

    def test_may_begin_with_a_mark_of_its_encoding(self, way: str, root: Path) -> None:
        (root / ".dumontignore").write_bytes(b"\xef\xbb\xbfkeep/b\r\n")
        assert kept(root) == {"keep/a.log"}
