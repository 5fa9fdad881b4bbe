"""Writes the static files of an edge: bootstrap, descriptor set, OpenAPI document, pages."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import orjson
from envoy_data_plane.envoy.config.route.v3 import Route
from envoy_data_plane.google.protobuf import Any
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.rpc import error_details_pb2, status_pb2

from edge import openapi, routes
from edge.assets import APPLICATION_POLICY, PAYMENT_FIELDS, PAYMENT_FIELDS_POLICY, Assets
from edge.discovery import write_initial
from edge.docs import write_docs, write_with_gzip
from edge.envoy import as_json, bootstrap
from edge.filters import jwt_authentication
from edge.layout import Layout, write_atomically
from edge.settings import EdgeSettings


def render(layout: Layout, settings: EdgeSettings, issuer: str, modules: Sequence[str]) -> None:
    """Writes all static files, and the watched ones as far as they are known from before.

    `issuer` is what access tokens must carry as `iss`.

    Raises ContractError if the contract cannot be routed, DocsMissing without Swagger UI, FileNotFoundError if
    `settings.pages` names a folder without files.
    """
    descriptors = routes.load_descriptors()
    methods = routes.read(descriptors, modules)
    layout.folder.mkdir(parents=True, exist_ok=True)
    write_atomically(layout.descriptors, with_error_details(descriptors).SerializeToString())
    contract = openapi.as_json(openapi.document(methods, descriptors, version("atrium")))
    write_with_gzip(layout.api_description / "openapi.json", contract)
    write_docs(layout.docs)
    pages = [
        *Assets(layout.api_description).routes(),
        *Assets(layout.docs, prefix="/docs/").routes(),
        *(_application(settings.pages) if settings.pages is not None else ()),
    ]
    write_atomically(layout.bootstrap, as_json(bootstrap(methods, descriptors, settings, layout, pages)))
    write_atomically(layout.token_rules, orjson.dumps(Any.pack(jwt_authentication(settings, issuer)).to_dict()))
    if settings.tls_certificate is not None and settings.tls_key is not None:
        write_atomically(layout.tls, _tls_secret(settings.tls_certificate, settings.tls_key))
    write_initial(layout, modules)


def _application(folder: Path) -> list[Route]:
    policies = {PAYMENT_FIELDS: PAYMENT_FIELDS_POLICY}
    return Assets(folder.resolve(), single_page=True, policy=APPLICATION_POLICY, policies=policies).routes()


def with_error_details(descriptors: FileDescriptorSet) -> FileDescriptorSet:
    """The same files and those of google.rpc: without them Envoy cannot print the details of an error."""
    result = FileDescriptorSet()
    result.CopyFrom(descriptors)
    present = {file.name for file in result.file}

    def add(file: FileDescriptor) -> None:
        if file.name not in present:
            present.add(file.name)
            for dependency in file.dependencies:
                add(dependency)
            copy = FileDescriptorProto()
            file.CopyToProto(copy)
            result.file.append(copy)

    add(error_details_pb2.DESCRIPTOR)
    add(status_pb2.DESCRIPTOR)
    return result


def _tls_secret(certificate: Path, key: Path) -> bytes:
    secret = {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
        "name": "edge",
        "tls_certificate": {
            "certificate_chain": {"filename": str(certificate.resolve())},
            "private_key": {"filename": str(key.resolve())},
            "watched_directory": {"path": str(certificate.resolve().parent)},
        },
    }
    return orjson.dumps({"resources": [secret]})
