# The archive as a service:  docker build -t trich-dan . && docker run -e API_KEYS=... -p 7860:7860 -v news:/data trich-dan
# Other commands:            docker run -v news:/data -v /news:/news:ro trich-dan ingest /news
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/trich-dan
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY rag rag
COPY ui ui
COPY eval eval
COPY corpus corpus
RUN /opt/trich-dan/bin/pip install --no-cache-dir -c constraints.txt '.[mcp,postgres,traces]'

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --home-dir /data rag && mkdir /data && chown rag /data
COPY --from=build /opt/trich-dan /opt/trich-dan
# All that is written is in /data: the archive, and the embedding model as it was converted for this machine.
ENV PATH=/opt/trich-dan/bin:$PATH HOME=/data XDG_CACHE_HOME=/data/cache RAG_HOME=/data/archive RAG_HOST=0.0.0.0 \
    PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('RAG_PORT', '7860') + '/healthz', timeout=4)"]
ENTRYPOINT ["rag"]
CMD ["serve"]
