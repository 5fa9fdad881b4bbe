"""A folder of built files as Envoy routes: what a web server would do, without one.

Each file is answered from Envoy's memory. Where `name.br` or `name.gz` lies beside `name`, callers that accept
that encoding get it. The files are read once, when Envoy starts: a changed folder needs a new Envoy.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from envoy_data_plane.envoy.config.core.v3 import DataSource, HeaderValueOption
from envoy_data_plane.envoy.config.route.v3 import DirectResponseAction, FilterConfig, HeaderMatcher, Route, RouteMatch
from envoy_data_plane.envoy.type.matcher.v3 import RegexMatcher, StringMatcher
from envoy_data_plane.google.protobuf import Any

from edge.refusals import overwrite
from edge.traffic import JWT_FILTER, RATE_LIMIT_FILTER

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
APPLICATION_POLICY = CONTENT_SECURITY_POLICY + "; require-trusted-types-for 'script'"
"""For the web application, none of whose scripts makes markup or code of text. Swagger UI's do."""
PAYMENT_FIELDS = "payment-fields.html"
PAYMENT_FIELDS_POLICY = (
    "default-src 'none'; script-src 'self' https://js.stripe.com; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: https://*.stripe.com; connect-src https://api.stripe.com; "
    "frame-src https://js.stripe.com https://hooks.stripe.com; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
"""For the page of the application that stands in a frame and holds a payment provider's own fields: the one page on
which scripts of somebody else run, and they run only where the provider is set up."""
UNCHANGING = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_GET_OR_HEAD = HeaderMatcher(name=":method", string_match=StringMatcher(safe_regex=RegexMatcher(regex="GET|HEAD")))


@dataclass(frozen=True)
class Assets:
    """A folder and how it is offered."""

    folder: Path
    prefix: str = "/"
    """Where the folder's files begin; ends with a slash."""
    unchanging: str = "assets/"
    """Files below this part of the folder have a hash of their content in their name: callers keep them for ever."""
    single_page: bool = False
    """Whether `index.html` also answers every path without a dot that nothing else answers."""
    policy: str = CONTENT_SECURITY_POLICY
    """What the folder's pages may do."""
    policies: Mapping[str, str] = field(default_factory=dict)
    """What single pages may do instead, by name."""

    def routes(self) -> list[Route]:
        """Routes for every file, the most encoded first. `index.html` also answers for its folder.

        Raises FileNotFoundError if the folder has no files, or no `index.html` though it is a single page.
        """
        names = sorted(p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if p.is_file())
        files = [name for name in names if not self._is_variant(name, names)]
        if not files:
            raise FileNotFoundError(f"{self.folder} holds no files to serve: build them first")
        routes = [
            route for name in files for path in self._paths(name) for route in self._file(RouteMatch(path=path), name)
        ]
        if self.single_page:
            if "index.html" not in files:
                raise FileNotFoundError(f"{self.folder / 'index.html'} does not exist: build it first")
            anywhere = RouteMatch(safe_regex=RegexMatcher(regex=re.escape(self.prefix) + "[^.]*"))
            routes += self._file(anywhere, "index.html")
        return routes

    @staticmethod
    def _is_variant(name: str, names: list[str]) -> bool:
        return any(name.endswith(suffix) and name.removesuffix(suffix) in names for _, suffix in _ENCODINGS)

    def _paths(self, name: str) -> Iterator[str]:
        yield self.prefix + name
        if name == "index.html" or name.endswith("/index.html"):
            folder = self.prefix + name.removesuffix("index.html")
            yield folder
            if folder != "/":
                yield folder.rstrip("/")

    def _file(self, match: RouteMatch, name: str) -> Iterator[Route]:
        variants = [(encoding, self.folder / (name + suffix)) for encoding, suffix in _ENCODINGS]
        existing = [(encoding, path) for encoding, path in variants if path.is_file()]
        for encoding, path in existing:
            yield self._route(match, name, path, encoding, varies=True)
        yield self._route(match, name, self.folder / name, None, varies=bool(existing))

    def _route(self, match: RouteMatch, name: str, path: Path, encoding: str | None, varies: bool) -> Route:
        suffix = Path(name).suffix
        kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = [
            overwrite("content-type", kind),
            overwrite("cache-control", UNCHANGING if name.startswith(self.unchanging) else ASK_AGAIN),
        ]
        if suffix == ".html":
            headers.append(overwrite("content-security-policy", self.policies.get(name, self.policy)))
        if varies:
            headers.append(overwrite("vary", "accept-encoding"))
        matchers = [_GET_OR_HEAD]
        if encoding is not None:
            headers.append(overwrite("content-encoding", encoding))
            matchers.append(_accepts(encoding))
        return page(RouteMatch(path=match.path, safe_regex=match.safe_regex, headers=matchers), path, headers)


def page(match: RouteMatch, file: Path, headers: list[HeaderValueOption]) -> Route:
    """One file for everyone, counted against no budget."""
    return Route(
        name="page",
        match=match,
        direct_response=DirectResponseAction(status=200, body=DataSource(filename=str(file))),
        response_headers_to_add=headers,
        typed_per_filter_config={
            name: Any.pack(FilterConfig(disabled=True)) for name in (JWT_FILTER, RATE_LIMIT_FILTER)
        },
    )


def _accepts(encoding: str) -> HeaderMatcher:
    """Callers that name the encoding without giving it a weight of zero."""
    weight = r"( *; *q *= *(1(\.0*)?|0?\.0*[1-9][0-9]*))?"
    regex = rf"(.*, *)?{encoding}{weight}( *,.*)?"
    return HeaderMatcher(name="accept-encoding", string_match=StringMatcher(safe_regex=RegexMatcher(regex=regex)))
