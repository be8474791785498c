"""SageMaker's service model, which botocore holds, and what it finds wrong with a document."""

from __future__ import annotations

import functools
import re

import botocore.session
from botocore.validate import ParamValidator


@functools.cache
def model():
    return botocore.session.get_session().get_service_model("sagemaker")


def faults(document, shape):
    """What the service would refuse: botocore's own checks, and those that it leaves out."""
    described = model().shape_for(shape)
    report = ParamValidator().validate(document, described).generate_report()
    return [*filter(None, report.split("\n")), *_faults(document, described, "$")]


def _faults(value, shape, path):
    metadata = shape.metadata
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value:
                yield from _faults(value[name], member, f"{path}.{name}")
    elif shape.type_name == "list":
        if len(value) > metadata.get("max", len(value)):
            yield f"{path} has {len(value)} entries"
        for i, each in enumerate(value):
            yield from _faults(each, shape.member, f"{path}[{i}]")
    elif shape.type_name == "map":
        for key, each in value.items():
            yield from _faults(key, shape.key, f"{path}.{key}")
            yield from _faults(each, shape.value, f"{path}.{key}")
    elif shape.type_name == "string":
        if getattr(shape, "enum", None) and value not in shape.enum:
            yield f"{path}: {value!r} is none of {shape.enum}"
        if len(value) > metadata.get("max", len(value)):
            yield f"{path} is longer than {metadata['max']}"
        pattern = metadata.get("pattern")
        if pattern and r"\p" not in pattern and not re.fullmatch(pattern, value, re.DOTALL):
            yield f"{path}: {value!r} does not match {pattern}"
    elif shape.type_name in ("integer", "long") and value > metadata.get("max", value):
        yield f"{path}: {value} is above {metadata['max']}"
