"""An ONNX file -> its nodes, attributes and initializers, as far as packages use them. Protocol buffers by hand: no library."""
import os
import struct
from dataclasses import dataclass, field

import numpy as np

TYPES = {1: np.float32, 2: np.uint8, 3: np.int8, 6: np.int32, 7: np.int64, 9: np.bool_, 11: np.float64}


@dataclass
class Node:
    op: str = ""
    domain: str = ""
    inputs: list = field(default_factory=list)
    outputs: list = field(default_factory=list)
    attributes: dict = field(default_factory=dict)


def varint(data, at):
    value, shift = 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    """(number, value) of every field: an int for a varint, bytes for the rest."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = varint(data, at)
        else:
            size, at = varint(data, at) if wire == 2 else ({1: 8, 5: 4}[wire], at)
            value, at = data[at : at + size], at + size
        yield key >> 3, value


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def numbers(value):
    """A packed or single list of varints."""
    if isinstance(value, int):
        return [signed(value)]
    at, result = 0, []
    while at < len(value):
        number, at = varint(value, at)
        result.append(signed(number))
    return result


def tensor(data, folder):
    name, dims, kind, raw, external = "", [], 0, None, {}
    listed = {4: [], 5: [], 7: []}
    for number, value in fields(data):
        if number == 1:
            dims += numbers(value)
        elif number == 2:
            kind = value
        elif number == 4:
            listed[4] += list(struct.unpack(f"<{len(value) // 4}f", value))
        elif number in (5, 7):
            listed[number] += numbers(value)
        elif number == 8:
            name = value.decode()
        elif number == 9:
            raw = value
        elif number == 13:
            entry = dict(fields(value))
            external[entry[1].decode()] = entry[2].decode()
    if external:
        with open(os.path.join(folder, external["location"]), "rb") as file:
            file.seek(int(external.get("offset", 0)))
            raw = file.read(int(external["length"])) if "length" in external else file.read()
    dtype = TYPES.get(kind)
    if dtype is None:
        return name, None
    values = np.frombuffer(raw, dtype) if raw is not None else np.array(sum(listed.values(), []), dtype)
    return name, values.reshape(dims)


def attribute(data, folder):
    name, result = "", None
    ints, floats = [], []
    for number, value in fields(data):
        if number == 1:
            name = value.decode()
        elif number == 2:
            result = struct.unpack("<f", value)[0]
        elif number == 3:
            result = signed(value)
        elif number == 4:
            result = value.decode()
        elif number == 5:
            result = tensor(value, folder)[1]
        elif number == 7:
            floats += list(struct.unpack(f"<{len(value) // 4}f", value))
        elif number == 8:
            ints += numbers(value)
    return name, result if result is not None else (ints or floats)


def node(data, folder):
    result = Node()
    for number, value in fields(data):
        if number == 1:
            result.inputs.append(value.decode())
        elif number == 2:
            result.outputs.append(value.decode())
        elif number == 4:
            result.op = value.decode()
        elif number == 5:
            key, own = attribute(value, folder)
            result.attributes[key] = own
        elif number == 7:
            result.domain = value.decode()
    return result


def read_onnx(path):
    """@returns nodes in order, and initializers by name"""
    folder = os.path.dirname(path)
    with open(path, "rb") as file:
        model = file.read()
    nodes, constants = [], {}
    for number, graph in fields(model):
        if number != 7:
            continue
        for kind, value in fields(graph):
            if kind == 1:
                nodes.append(node(value, folder))
            elif kind == 5:
                name, values = tensor(value, folder)
                constants[name] = values
    return nodes, constants
