"""Reads what `/metrics` answers, with the library's own parser."""

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

Sample = tuple[str, tuple[tuple[str, str], ...]]


def samples(text: str) -> dict[Sample, float]:
    """Return the value of each sample, by name and sorted labels; fails if one is there twice."""
    found: dict[Sample, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in found, key
            found[key] = sample.value
    return found


def value(text: str, name: str, labels: Mapping[str, str] | None = None) -> float:
    """Return one sample's value."""
    return samples(text)[name, tuple(sorted((labels or {}).items()))]


def names(text: str) -> set[str]:
    """Return the names of all samples, as queries name them."""
    return {name for name, _ in samples(text)}
