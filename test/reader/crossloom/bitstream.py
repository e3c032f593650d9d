"""program.xbs -> header and instructions, as src/bitstream/FORMAT.md has them. Every CRC is checked."""
import struct

import numpy as np


def crc_table():
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(0x82F63B78), table >> 1)
    return [int(v) for v in table]


TABLE = crc_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def check(condition, at, what):
    if not condition:
        raise ValueError(f"at byte {at}: {what}")


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values if len(values) > 1 else values[0]

    def array(self, dtype, count):
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def packed(self, count, width):
        """Packed integers: value i takes bits i * width to i * width + width - 1, least significant first."""
        data = self.array(np.uint8, (count * width + 7) // 8)
        bits = np.unpackbits(data, bitorder="little")
        check(not bits[count * width :].any(), self.at, "bits left over are not 0")
        return bits[: count * width].reshape(count, width).astype(np.int64) @ (1 << np.arange(width))


def listed(b, dtype, same, count):
    return np.repeat(b.array(dtype, 1), count) if same else b.array(dtype, count)


def converter(b, header):
    block, bits, mode, count, layout = b.take("IBBHB")
    zero = listed(b, [np.dtype("i1"), np.dtype("<i2"), np.dtype("<i4")][layout & 3], layout & 4, count)
    step = listed(b, np.dtype("<f4"), layout & 8, count)
    return dict(block=block, bits=bits, convert=["pair", "column"][mode], zero=zero.astype(np.int32), step=step)


def masked(b, header):
    row = b.take("H")
    mask = np.unpackbits(b.array(np.uint8, (header["columns"] + 7) // 8), bitorder="little")
    check(not mask[header["columns"] :].any(), b.at, "bits beyond the last column are not 0")
    return dict(row=row, mask=mask[: header["columns"]])


def program(b, header):
    row, column, count, tolerance = b.take("HHHf")
    codes = b.packed(count, header["codeBits"])
    check((codes < header["levels"]).all(), b.at, "a level code is too large")
    return dict(row=row, column=column, tolerance=tolerance, codes=codes)


def residual(b, header):
    row, column, count, tolerance, reads, scale, grain, sources = b.take("HHHfBfHB")
    return dict(
        row=row, column=column, tolerance=tolerance, reads=reads, scale=scale, grain=grain,
        distances=b.array("<i2", sources), ratios=b.array("<f4", sources), grains=b.array("<u2", sources),
        values=b.array("<i2", count),
    )  # fmt: skip


def hidden(b, header):
    row, pair, count = b.take("HHH")
    patterns = b.packed(count, header["hiddenBits"])
    sign = 1 << (header["hiddenBits"] - 1)
    check((patterns != sign).all(), b.at, "a negative zero")
    return dict(row=row, pair=pair, values=np.where(patterns & sign, -(patterns & (sign - 1)), patterns))


def plain(form, *names):
    return lambda b, header: dict(zip(names, b.take(form)))


READERS = {
    0x10: ("driver", plain("Bf", "bits", "vRead")),
    0x11: ("converter", converter),
    0x20: ("form", masked),
    0x21: ("reset", masked),
    0x22: ("program", program),
    0x23: ("verify", plain("HHHf", "row", "column", "count", "tolerance")),
    0x24: ("program-residual", residual),
    0x30: ("wake-up", plain("HI", "row", "cycles")),
    0x31: ("write-hidden", hidden),
    0x32: ("transfer", plain("HHH", "pair", "firstRow", "endRow")),
}


def read_bitstream(data):
    """@returns header, and instructions (op, fields) by array"""
    b = Bytes(data)
    check(data[:8] == b"\x89XBS\r\n\x1a\n", 0, "not a bitstream")
    b.at = 8
    names = ["version", "length", "rows", "columns", "levels", "arrays", "codeBits", "hiddenBits", "nameLength"]
    header = dict(zip(names, b.take("HHHHIIBBH")))
    length = header["length"]
    check(struct.unpack_from("<I", data, length - 4)[0] == crc32c(data[: length - 4]), length - 4, "wrong CRC")
    header["fingerprint"] = data[28:60].hex()
    header["target"] = data[length - 4 - header["nameLength"] : length - 4].decode()
    b.at = length
    programs = {}
    while data[b.at : b.at + 4] == b"ARRY":
        start = b.at
        array, size = struct.unpack_from("<II", data, start + 4)
        end = start + 12 + size
        check(struct.unpack_from("<I", data, end)[0] == crc32c(data[start:end]), end, "wrong CRC")
        b.at = start + 12
        programs[array] = instructions = []
        while (opcode := b.take("B")) != 1:
            op, read = READERS[opcode]
            instructions.append((op, read(b, header)))
        check(b.at == end, b.at, "the section does not end with `end`")
        b.at = end + 4
    check(data[b.at : b.at + 4] == b"XEND" and b.at + 12 == len(data), b.at, "no trailer")
    sections, crc = struct.unpack_from("<II", data, b.at + 4)
    check(sections == len(programs) and crc == crc32c(data[b.at : b.at + 8]), b.at, "wrong trailer")
    return header, programs
