# The dashboard in a container. Publish it on this machine only: docker run -p 127.0.0.1:8501:8501 -v atlas:/app/data/store IMAGE
FROM python:3.11-slim

RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 atlas && mkdir /app && chown atlas /app
USER atlas
WORKDIR /app

COPY --chown=atlas Makefile requirements.txt package.json package-lock.json .npmrc ./
COPY --chown=atlas static static
RUN make setup PYTHON=python3 && rm -rf node_modules

COPY --chown=atlas . .
RUN mkdir -p data/store
VOLUME /app/data/store
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s CMD python3 -c "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/healthz')"
CMD [".venv/bin/streamlit", "run", "dashboard.py", "--server.address", "0.0.0.0"]
