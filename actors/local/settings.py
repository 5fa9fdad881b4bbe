"""Settings of the one-machine platform."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from actors.kernel.settings import Section


class LocalSettings(Section):
    """How `atrium up` runs the platform on one machine."""

    model_config = SettingsConfigDict(env_prefix="ATRIUM_LOCAL_", frozen=True, extra="ignore", env_ignore_empty=True)

    mongod_binary: Path | None = None
    """The mongod to start. Left out: one on PATH of version 6 or newer, else the one of the extra `embedded`."""
    nats_binary: Path | None = None
    """The nats-server to start. Left out: the one installed beside Python, else one on PATH."""
    envoy_binary: Path | None = None
    """The Envoy to start. Left out: the one installed beside Python, else one on PATH."""
    mongod_cache_mb: int = Field(256, ge=256)
    """Memory mongod may use to cache data, in MB."""
    ray_cpus: int | None = Field(None, ge=1)
    """CPUs that Ray may plan with. Left out: as many as the machine has."""
    ray_object_store_mb: int = Field(128, ge=80)
    """Shared memory for objects passed between Ray tasks, in MB."""
    start_seconds: float = Field(120, gt=0)
    """How long the whole platform may take to start before `atrium up` gives up and stops what it started."""
    stop_seconds: float = Field(20, gt=0)
    """How long one component may take to stop by itself before it is killed."""
    log_mb: int = Field(16, ge=1)
    """A log larger than this many MB is set aside when its component starts; the last three are kept."""
