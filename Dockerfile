# The steps are those of `make install`; tests/unit/test_dockerfile.py holds the two equal.
FROM python:3.11-slim AS build
WORKDIR /app
RUN python3 -m venv .venv
COPY lock/serve.txt lock/serve.txt
RUN .venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps -r lock/serve.txt
COPY pyproject.toml README.md LICENSE ./
COPY coding coding
COPY codesets codesets
COPY models models
COPY training training
COPY eval eval
COPY service service
RUN .venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
RUN .venv/bin/chartcode codesets build

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home chartcode
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER chartcode
EXPOSE 8000
# Start to first answer takes some seconds: the period before failures count is generous.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["chartcode", "serve", "--host", "0.0.0.0", "--port", "8000"]
