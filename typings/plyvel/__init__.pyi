from collections.abc import Iterator

class Error(Exception): ...
class IOError(Error, OSError): ...
class CorruptionError(Error): ...

class WriteBatch:
    def put(self, key: bytes, value: bytes) -> None: ...
    def delete(self, key: bytes) -> None: ...
    def clear(self) -> None: ...
    def write(self) -> None: ...
    def __enter__(self) -> WriteBatch: ...
    def __exit__(self, *details: object) -> None: ...
    def append(self, source: WriteBatch) -> None: ...

class Snapshot:
    def get(
        self,
        key: bytes,
        default: bytes | None = ...,
        *,
        verify_checksums: bool = ...,
        fill_cache: bool = ...,
    ) -> bytes | None: ...
    def iterator(
        self,
        *,
        start: bytes | None = ...,
        stop: bytes | None = ...,
        prefix: bytes | None = ...,
        reverse: bool = ...,
        verify_checksums: bool = ...,
        include_value: bool = ...,
        include_start: bool = ...,
        include_stop: bool = ...,
    ) -> Iterator[tuple[bytes, bytes]]: ...
    def close(self) -> None: ...

class DB:
    def __init__(
        self,
        name: str,
        *,
        create_if_missing: bool = ...,
        error_if_exists: bool = ...,
        paranoid_checks: bool | None = ...,
        write_buffer_size: int | None = ...,
        max_open_files: int | None = ...,
        lru_cache_size: int | None = ...,
        block_size: int | None = ...,
        compression: str | None = ...,
        bloom_filter_bits: int = ...,
    ) -> None: ...
    closed: bool
    def close(self) -> None: ...
    def get(
        self,
        key: bytes,
        default: bytes | None = ...,
        *,
        verify_checksums: bool = ...,
        fill_cache: bool = ...,
    ) -> bytes | None: ...
    def put(self, key: bytes, value: bytes, *, sync: bool = ...) -> None: ...
    def delete(self, key: bytes, *, sync: bool = ...) -> None: ...
    def write_batch(self, *, transaction: bool = ..., sync: bool = ...) -> WriteBatch: ...
    def iterator(
        self,
        *,
        start: bytes | None = ...,
        stop: bytes | None = ...,
        prefix: bytes | None = ...,
        reverse: bool = ...,
        verify_checksums: bool = ...,
        fill_cache: bool = ...,
        include_value: bool = ...,
        include_start: bool = ...,
        include_stop: bool = ...,
    ) -> Iterator[tuple[bytes, bytes]]: ...
    def compact_range(self) -> None: ...
    def snapshot(self) -> Snapshot: ...
