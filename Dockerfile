# The service without torch, as a user without rights, on a root file system that may be read-only:
#   docker build -t ner-service . && docker run --read-only --tmpfs /tmp -p 127.0.0.1:8000:8000 ner-service
# More models: mount a folder at /models and name it, NER_MODELS_FOLDER=/models
# The base by its digest, so that a build is the same bytes tomorrow:
#   docker buildx imagetools inspect python:3.13.9-slim-trixie --format '{{.Manifest.Digest}}'
#   docker build --build-arg PYTHON=python@sha256:… .
ARG PYTHON=python:3.13.9-slim-trixie

FROM ${PYTHON} AS build
WORKDIR /source
COPY deploy/requirements-build.txt deploy/requirements.txt ./
RUN python -m venv /build \
    && /build/bin/pip install --no-cache-dir --require-hashes -r requirements-build.txt \
    && /build/bin/pip wheel --no-cache-dir --require-hashes --no-build-isolation -w /wheels \
        -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY ner_service ner_service
COPY models models
COPY benchmarks benchmarks
# compiled for the kind of machine that builds the image; another kind compiles at the start, in /tmp
RUN /build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation -w /wheels . \
    && python -m venv /opt/ner-service \
    && /opt/ner-service/bin/pip install --no-index --no-deps /wheels/*.whl \
    && /opt/ner-service/bin/python -m compileall -q /opt/ner-service \
    && /opt/ner-service/bin/ner-service warm

FROM ${PYTHON}
RUN useradd --system --uid 10001 --no-create-home ner && mkdir /models
COPY --from=build /opt/ner-service /opt/ner-service
ENV PATH=/opt/ner-service/bin:$PATH \
    NER_HOST=0.0.0.0 \
    NER_PORT=8000 \
    NUMBA_CACHE_DIR=/tmp/numba \
    OMP_NUM_THREADS=1
USER 10001
VOLUME /models
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-c", \
    "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"NER_PORT\"]}/health/ready', timeout=4)"]
CMD ["ner-service", "serve"]
