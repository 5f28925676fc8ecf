# The service without torch, as a user without rights, on a root file system that may be read-only:
#   docker build -t ner-service . && docker run --read-only --tmpfs /tmp -p 8000:8000 ner-service
# More models: mount a folder at /models and name them, NER_TAGGERS=natasha,own=bilstm:/models/own
FROM python:3.13-slim AS build
WORKDIR /source
RUN python -m venv /opt/ner-service
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY ner_service ner_service
COPY models models
COPY benchmarks benchmarks
RUN /opt/ner-service/bin/pip install --no-cache-dir -c constraints.txt '.[serve,spacy]' \
    && /opt/ner-service/bin/python -m compileall -q /opt/ner-service
# kernels for this kind of processor: a start copies them to where it may write, and compiles them
# anew only on another kind
RUN NUMBA_CACHE_DIR=/opt/ner-service/kernels /opt/ner-service/bin/ner-service warm

FROM python:3.13-slim
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
CMD ["sh", "-c", "cp -r /opt/ner-service/kernels /tmp/numba 2>/dev/null; exec ner-service serve"]
