# One image for every role: `dumont up` (all in one, with its own database), `dumont web`, `dumont worker`, `dumont db upgrade`.
#   docker build -t dumont .
#   docker run --rm -p 8000:8000 -v dumont:/var/lib/dumont dumont
ARG PYTHON_IMAGE=python:3.13.14-slim-bookworm
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

# The web application. Its packages are fetched again only when the lock file changes.
FROM ${NODE_IMAGE} AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY web/ ./
RUN npm run build

# Python packages: each file is checked against the hash in the lock, and none of others is compiled.
FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# For our own C library, which the build hook makes where it finds a compiler.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/* \
    && python -m venv /opt/dumont && python -m venv /opt/tools
COPY locks/run.txt locks/build.txt locks/
RUN /opt/dumont/bin/pip install --require-hashes --only-binary :all: -r locks/run.txt \
    && /opt/tools/bin/pip install --require-hashes --only-binary :all: -r locks/build.txt
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY dumont/ dumont/
COPY migrations/ migrations/
COPY --from=web /src/web/dist dumont/web/
# The web application lies there already, so the build hook has nothing to do and Node is not wanted here.
RUN DUMONT_NO_WEB=1 /opt/tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /tmp/wheel . \
    && /opt/dumont/bin/pip install --no-deps --no-index /tmp/wheel/dumont-*.whl \
    && /opt/dumont/bin/python -m compileall -q /opt/dumont/lib \
    && /opt/dumont/bin/pip uninstall -y pip

FROM ${PYTHON_IMAGE}
# tini is PID 1: it passes signals on and buries the orphans of the embedded database; PostgreSQL takes a zombie that
# nobody buries for a running server and then refuses to start. The version follows the pinned base image.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 dumont \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/dumont --shell /usr/sbin/nologin dumont \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/dumont
COPY --from=build /opt/dumont /opt/dumont
ENV PATH=/opt/dumont/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/var/lib/dumont \
    DUMONT_HOME=/var/lib/dumont
USER 10001:10001
WORKDIR /var/lib/dumont
VOLUME /var/lib/dumont
EXPOSE 8000
STOPSIGNAL SIGTERM
# For `up` and `web`; who runs `worker` replaces it, as deploy/compose does.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:%s/health/ready' % os.environ.get('DUMONT_PORT', '8000'), timeout=4)"]
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["dumont", "up", "--host", "0.0.0.0"]
