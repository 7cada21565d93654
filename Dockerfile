# The dashboard in a container. It listens beyond the container, so it starts only with an identity provider
#   docker run -p 127.0.0.1:8501:8501 -v store:/app/data/store -v release:/app/data/release \
#     -v ./secrets.toml:/app/.streamlit/secrets.toml:ro IMAGE
# or in public mode, with the release alone
#   docker run -p 127.0.0.1:8501:8501 -v release:/app/data/release:ro -e CONCERN_ATLAS_MODE=public IMAGE
# Local mode needs the machine's own loopback
#   docker run --network host -v store:/app/data/store IMAGE .venv/bin/streamlit run dashboard.py
FROM python:3.11-slim

RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 atlas && mkdir /app && chown atlas /app
USER atlas
WORKDIR /app

COPY --chown=atlas Makefile requirements.txt package.json package-lock.json .npmrc ./
COPY --chown=atlas static static
RUN make setup PYTHON=python3 && rm -rf node_modules

COPY --chown=atlas . .
RUN mkdir -p data/store data/release
VOLUME ["/app/data/store", "/app/data/release"]
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s CMD python3 -c "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/healthz')"
CMD [".venv/bin/streamlit", "run", "dashboard.py", "--server.address", "0.0.0.0"]
