"""The page at `/docs`: Swagger UI on our OpenAPI document, from the installed package, without inline scripts."""

from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path

from edge.layout import write_atomically

_PACKAGE = "flask_swagger_ui"
_FILES = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png")
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Atrium API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="api"></main>
<noscript>This page needs JavaScript. The document itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = """\
window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
  syntaxHighlight: { activated: true },
});
"""


class DocsMissing(Exception):
    """The package with Swagger UI's files is not installed."""


def write_docs(folder: Path) -> None:
    """Writes the page and what it loads, each with a gzip beside it. Raises DocsMissing."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise DocsMissing(
            "flask-swagger-ui is not installed, and the page at /docs is made of its files: run `make up`"
        )
    built = Path(spec.submodule_search_locations[0]) / "dist"
    files = {name: (built / name).read_bytes() for name in _FILES}
    files |= {"index.html": _PAGE.encode(), "start.js": _START.encode()}
    for name, content in files.items():
        write_with_gzip(folder / name, content)


def write_with_gzip(path: Path, content: bytes) -> None:
    """Writes a file and, where that makes it smaller, a compressed twin."""
    write_atomically(path, content)
    packed = gzip.compress(content, mtime=0)
    if len(packed) < len(content) * 0.9:
        write_atomically(path.with_name(path.name + ".gz"), packed)
