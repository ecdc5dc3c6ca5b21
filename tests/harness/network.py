# SPDX-License-Identifier: GPL-2.0-or-later
"""The cable between two guests: a pair of sockets that keeps packets apart."""

import socket

SO_SNDBUFFORCE = 32
SO_RCVBUFFORCE = 33
BUFFER = 8 << 20

MTU = 4500
MAC = {"appliance": "52:54:00:4d:00:01", "client": "52:54:00:4d:00:02"}
# A second card of an emulated appliance, to this machine; network of QEMU's choice.
HOST_MAC = "52:54:00:4d:01:01"
MANAGER_PORT = 7708


class Cable:
    """Both ends stay open here, so a guest that dies is not a broken socket
    for the other one: packets to it simply go nowhere."""

    def __init__(self):
        pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ends = dict(zip(("appliance", "client"), pair))
        for end in pair:
            for option in (SO_SNDBUFFORCE, SO_RCVBUFFORCE):
                try:
                    end.setsockopt(socket.SOL_SOCKET, option, BUFFER)
                except PermissionError:
                    pass

    def end_of(self, role):
        return self._ends[role].fileno()

    def drain(self, role):
        """Drop what was sent to a guest that is off."""
        end = self._ends[role]
        while True:
            try:
                if not end.recv(1 << 16, socket.MSG_DONTWAIT):
                    return
            except BlockingIOError:
                return

    def close(self):
        for end in self._ends.values():
            end.close()
