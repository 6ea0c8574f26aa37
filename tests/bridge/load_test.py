"""A thousand real connections at once through the bridge, fifty of them hostile: none of the others
is lost, and memory stays bounded.

usage: load_test.py HIKYAKU [GOOD HOSTILE]
"""

import asyncio
import resource
import socket
import struct
import sys
import time

from bridge import Bridge

HIKYAKU = sys.argv[1]
GOOD = int(sys.argv[2]) if len(sys.argv) > 2 else 950
HOSTILE = int(sys.argv[3]) if len(sys.argv) > 3 else 50
MX = "mx1.umi.example"
TARO = "taro@umi.example"
MOST_MEMORY_MIB = 1500  # with sanitizers; a small part of it without


def memory_mib(pid):
    """The most that the process ever had in memory."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmHWM"):
                return int(line.split()[1]) // 1024
    return 0


async def reply(reader):
    while True:
        line = await asyncio.wait_for(reader.readline(), 120)
        if not line:
            raise ConnectionError("closed")
        if line[3:4] != b"-":
            return line.decode()


async def good(port, number, together):
    """A whole session, begun when all others are connected, too."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert (await reply(reader)).startswith("220")
    await together.wait()
    for line in (f"EHLO c{number}.example", f"MAIL FROM:<c{number}@stranger.example>",
                 f"RCPT TO:<{TARO}>", "DATA"):
        writer.write(line.encode() + b"\r\n")
        said = await reply(reader)
        assert said[0] in "23", said
    writer.write(f"Subject: load {number}\r\n\r\nhello\r\n.\r\n".encode())
    said = await reply(reader)
    assert said.startswith("250"), said
    writer.write(b"QUIT\r\n")
    assert (await reply(reader)).startswith("221")
    writer.close()


async def hostile(port, number, over):
    """One of five kinds, until it is thrown out or everybody else is done."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        if number % 5 == 0:  # a line without end
            while not over.is_set():
                writer.write(b"x" * 65536)
                await asyncio.wait_for(writer.drain(), 5)
                await asyncio.sleep(0.01)
        elif number % 5 == 1:  # an octet now and then
            while not over.is_set():
                writer.write(b"E")
                await asyncio.sleep(1)
        elif number % 5 == 2:  # asks for much and reads nothing
            while not over.is_set():
                writer.write(b"EHLO x.example\r\n" * 500)
                await asyncio.wait_for(writer.drain(), 5)
        elif number % 5 == 3:  # a reset in the middle of a message
            await reply(reader)
            writer.write(b"EHLO x.example\r\nMAIL FROM:<x@x.example>\r\n")
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        else:  # says that it is done and stays
            writer.write_eof()
            await over.wait()
    except (OSError, ConnectionError, asyncio.TimeoutError):
        pass  # thrown out, which is what a hostile one deserves
    finally:
        writer.transport.abort()


async def storm(port):
    together = asyncio.Event()
    over = asyncio.Event()
    enemies = [asyncio.create_task(hostile(port, i, over)) for i in range(HOSTILE)]
    friends = [asyncio.create_task(good(port, i, together)) for i in range(GOOD)]
    await asyncio.sleep(3)
    began = time.monotonic()
    together.set()
    results = await asyncio.gather(*friends, return_exceptions=True)
    seconds = time.monotonic() - began
    over.set()
    await asyncio.gather(*enemies, return_exceptions=True)
    return [r for r in results if r is not None], seconds


def main():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with Bridge(HIKYAKU, "op25b", "--from", "fixed-ip", "--quiet", openings=[(MX, 25)]) as bridge:
        lost, seconds = asyncio.run(storm(bridge.port(MX, 25)))
        memory = memory_mib(bridge.process.pid)
        end = time.monotonic() + 120
        while len(bridge.mails_in("mailbox-pop")) < GOOD and time.monotonic() < end:
            time.sleep(0.5)
        arrived = len(bridge.mails_in("mailbox-pop"))
        code = bridge.end()
        print(bridge.summary)
    print(f"{GOOD} good and {HOSTILE} hostile connections; {len(lost)} good ones lost; "
          f"{arrived} mails arrived; {seconds:.1f} s; at most {memory} MiB")
    for problem in lost[:5]:
        print(f"lost: {problem!r}")
    if lost or arrived != GOOD or code != 0 or memory > MOST_MEMORY_MIB:
        sys.exit("load_test.py: not as it has to be")


if __name__ == "__main__":
    main()
