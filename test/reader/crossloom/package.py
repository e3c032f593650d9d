"""A package NAME.xbar/ -> its manifest, bitstream, crossbar layers, reference integers and calibration record."""
import hashlib
import io
import json
import os
import zipfile

import numpy as np

from .bitstream import read_bitstream
from .onnx_file import read_onnx

TILE = "block array row column groupStart groupEnd rowStart rowEnd columnStart columnEnd slice copy".split()
TABLES = "tiles converter_zero converter_step scales column_sums bias column_places column_signs row_places".split()


class Package:
    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "manifest.json"), encoding="utf8") as file:
            self.manifest = json.load(file)
        for name, sha256 in self.manifest["files"].items():
            if hashlib.sha256(self.bytes(name)).hexdigest() != sha256:
                raise ValueError(f"{name} is not what the manifest lists")
        self.target = self.manifest["target"]["values"]
        self.header, self.programs = read_bitstream(self.bytes("program.xbs"))
        nodes, constants = read_onnx(os.path.join(folder, "host.onnx"))
        self.layers = [layer_of(n, constants) for n in nodes if n.domain == "crossloom" and n.op == "Crossbar"]
        _, self.reference = read_onnx(os.path.join(folder, "reference.onnx"))
        self.record, self.arrays = read_record(self.bytes("calibration.npz"))

    def bytes(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def reference_integers(self, layer):
        """[group][row][column], as the integer reference has them: codes around 128."""
        stored = self.reference[layer["output"] + "/weights"]
        integers = stored.astype(np.int64) - 128
        shape = layer["groups"], layer["columns"], layer["rows"]
        if layer["geometry"] == "matmul":
            return integers.reshape(shape[0], shape[2], shape[1])
        return integers.reshape(shape).transpose(0, 2, 1)


def layer_of(node, constants):
    tables = {name: constants[own] for name, own in zip(TABLES, node.inputs[1:]) if own}
    layer = {**node.attributes, **tables, "input": node.inputs[0], "output": node.outputs[0]}
    layer["tiles"] = [dict(zip(TILE, map(int, row))) for row in tables["tiles"]]
    return layer


def read_record(data):
    """record.json, and the arrays by name without `.npy`"""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        record = json.loads(archive.read("record.json"))
        arrays = {
            name[:-4]: np.load(io.BytesIO(archive.read(name)), allow_pickle=False)
            for name in archive.namelist()
            if name.endswith(".npy")
        }
    return record, arrays
