"""A name server for the tests: name_server.py ADDRESS NAME=IP... ; other names do not exist."""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys

HEADER = 12
TYPE_A = 1


def answer(question: bytes, addresses: dict[str, str]) -> bytes:
    labels, at = [], HEADER
    while question[at]:
        labels.append(question[at + 1 : at + 1 + question[at]].decode())
        at += 1 + question[at]
    end = at + 5
    (kind,) = struct.unpack(">H", question[at + 1 : at + 3])
    address = addresses.get(".".join(labels).lower())
    found = address is not None and kind == TYPE_A
    code = 0 if address is not None else 3
    head = question[:2] + bytes([0x81, 0x80 | code]) + struct.pack(">HHHH", 1, int(found), 0, 0)
    record = b""
    if address is not None and found:
        record = struct.pack(">HHHIH", 0xC00C, TYPE_A, 1, 5, 4) + ipaddress.ip_address(address).packed
    return head + question[HEADER:end] + record


def main() -> None:
    addresses = dict(word.split("=") for word in sys.argv[2:])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((sys.argv[1], 53))
        while True:
            question, sender = server.recvfrom(512)
            if len(question) > HEADER:
                server.sendto(answer(question, addresses), sender)


if __name__ == "__main__":
    main()
