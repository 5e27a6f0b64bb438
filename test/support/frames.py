"""Frames as lines of hexadecimal digits.

frames.py tap NAME         writes each line of its input to the tap, as the guest would that holds it, and prints
                           what the guest would receive
frames.py watch INTERFACE  prints what this host receives there
"""
import fcntl
import os
import select
import socket
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000

mode, name = sys.argv[1:3]
if mode == "tap":
    link = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(link, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
else:
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    raw.bind((name, 0))
    link = raw.fileno()

print("ready", flush=True)
rest = b""
while True:
    ready, _, _ = select.select([link, 0], [], [])
    if link in ready:
        print(os.read(link, 65536).hex(), flush=True)
    if 0 in ready:
        chunk = os.read(0, 65536)
        if not chunk:
            sys.exit(0)
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            os.write(link, bytes.fromhex(line.decode()))
