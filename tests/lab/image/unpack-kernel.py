"""Unpacks a bzImage to ELF on stdout, so that neither Xen nor xl has to do it under emulation. Linux, Documentation/arch/x86/boot.rst."""

import struct
import subprocess
import sys

with open(sys.argv[1], "rb") as file:
    image = file.read()
sectors = image[0x1F1] or 4  # setup_sects
offset, length = struct.unpack_from("<II", image, 0x248)  # payload_offset, payload_length
start = (sectors + 1) * 512 + offset
payload = image[start : start + length - 4]  # the last four bytes are the length of what comes out
tools = {b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"\x1f\x8b": "gzip"}
tool = next(tool for magic, tool in tools.items() if payload.startswith(magic))
sys.stdout.buffer.write(subprocess.run([tool, "-dc"], input=payload, stdout=subprocess.PIPE, check=True).stdout)
