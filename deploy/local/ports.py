"""Is a port free, and if not, who has it."""

from __future__ import annotations

import errno
import socket

from deploy.local import kernel
from deploy.local.trouble import StackError

HOST = "127.0.0.1"


def demand_free(name: str, port: int) -> None:
    """Raise StackError `port_taken` if something listens on 127.0.0.1:`port`; `name` is its name in the settings."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # what our own dead process left does not count
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            holder = kernel.listener(port)
        else:
            return
    variable = f"CHUMCHON_PORT_{name.upper()}"
    raise StackError(
        "port_taken",
        en=f"Port {port}, wanted for {name}, is taken by {f'process {holder}' if holder else 'another program'}, which this "
        f"stack did not start. Stop it, or choose another port with {variable}.",
        th=f"พอร์ต {port} ที่ต้องใช้สำหรับ {name} ถูก{f'โปรเซส {holder}' if holder else 'โปรแกรมอื่น'} ใช้อยู่ ซึ่งไม่ได้เริ่มโดยระบบนี้ "
        f"โปรดปิดโปรแกรมนั้น หรือกำหนดพอร์ตอื่นด้วย {variable}",
    )
