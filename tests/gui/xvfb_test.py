"""A real window on a display that nobody sees, with keys and a mouse that nobody touches: one whole
lesson, from the block at port 25 to the delivered mail, and then a real mail program that is let in.

Every wait is for a condition: the screen shows what the same keys and clicks lead to in a window
without a display (gui_stand_in), or a file is there, or a process has ended. Nothing here can hang:
whatever takes longer than the limit is a failure, and all that was started is ended."""

import ctypes
import ctypes.util
import glob
import json
import os
import select
import signal
import smtplib
import ssl
import subprocess
import sys
import tempfile
import time

WIDTH, HEIGHT = 1280, 720
PATIENCE_SECONDS = 120  # for one condition: a slow machine, with sanitizers, drawing without a card
LIMIT_SECONDS = 900  # for everything
# OpenGL blends a letter that stands between two pixels, our own drawing puts it on one of them: up to
# 49 of 255 for white words on a blue button. A word more or less is above 100.
TOLERANCE = int(os.environ.get("HIKYAKU_XVFB_TOLERANCE", "72"))
NOWHERE = (WIDTH - 2, 1)  # where nothing reacts to the mouse


class Failure(Exception):
    pass


def wait_for(what, condition):
    """The first true result of condition()."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise Failure(f"{PATIENCE_SECONDS} s went by without: {what}")
        time.sleep(0.05)


def run(*words, **more):
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False, **more
    )
    if done.returncode != 0:
        raise Failure(f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def end_process(process):
    """By its own id, gently first."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


class Display:
    """Xvfb on a number that it chooses itself; its screen can be read as a file."""

    def __init__(self, folder):
        self.folder = folder
        reader, writer = os.pipe()
        self.process = None
        try:
            self.process = subprocess.Popen(
                ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{WIDTH}x{HEIGHT}x24",
                 "-fbdir", folder, "-dpi", "96", "-nocursor", "-nolisten", "tcp", "-noreset"],
                pass_fds=[writer],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=open(os.path.join(folder, "xvfb.log"), "w", encoding="utf-8"),
            )
        except FileNotFoundError as error:
            raise Failure("Xvfb is not installed: scripts/test installs it") from error
        os.close(writer)
        number = ""
        while not number.endswith("\n"):
            ready, _, _ = select.select([reader], [], [], PATIENCE_SECONDS)
            octets = os.read(reader, 16).decode() if ready else ""
            if not octets:
                break
            number += octets
        os.close(reader)
        if not number.endswith("\n"):
            self.close()
            with open(os.path.join(folder, "xvfb.log"), encoding="utf-8") as log:
                raise Failure("Xvfb did not start:\n" + log.read())
        self.name = ":" + number.strip()
        self.screen = os.path.join(folder, "Xvfb_screen0")

    def close(self):
        end_process(self.process)


def ask_to_close(display, window):
    """What a window manager sends when its close button is pressed: WM_DELETE_WINDOW."""

    class ClientMessage(ctypes.Structure):
        _fields_ = [
            ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
            ("display", ctypes.c_void_p), ("window", ctypes.c_ulong),
            ("message_type", ctypes.c_ulong), ("format", ctypes.c_int),
            ("data", ctypes.c_long * 5), ("pad", ctypes.c_long * 24),
        ]

    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    x11.XSendEvent.argtypes = [
        ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long, ctypes.c_void_p]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    connection = x11.XOpenDisplay(display.encode())
    if not connection:
        raise Failure("the display is gone")
    message = ClientMessage()
    message.type = 33  # ClientMessage
    message.window = window
    message.message_type = x11.XInternAtom(connection, b"WM_PROTOCOLS", 0)
    message.format = 32
    message.data[0] = x11.XInternAtom(connection, b"WM_DELETE_WINDOW", 0)
    x11.XSendEvent(connection, window, 0, 0, ctypes.byref(message))
    x11.XCloseDisplay(connection)


class Lesson:
    def __init__(self, programs, display, folder):
        self.gui, self.cli, self.stand_in = programs
        self.display = display
        self.folder = folder
        self.done = []  # the keys and clicks so far, as gui_stand_in understands them
        config = os.path.join(folder, "config", "hikyaku")
        self.preferences = os.path.join(config, "window.json")
        os.makedirs(config)
        with open(self.preferences, "w", encoding="utf-8") as file:
            json.dump({"window": [0, 0, WIDTH, HEIGHT]}, file)
        self.environment = dict(os.environ)
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.environment.update(
            DISPLAY=display.name,
            XDG_CONFIG_HOME=os.path.join(folder, "config"),
            LIBGL_ALWAYS_SOFTWARE="1",
            # The OpenGL driver keeps memory to the end; our own leaks show in gui_test.
            ASAN_OPTIONS="detect_leaks=0:" + os.environ.get("ASAN_OPTIONS", ""),
            TMPDIR=folder,
        )
        self.log = os.path.join(folder, "window.log")
        self.process = subprocess.Popen(
            [self.gui, "op25b", "--lang", "en"],
            cwd=folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=open(self.log, "w", encoding="utf-8"),
        )
        self.window = wait_for("a window on the display", self.find_window)

    def find_window(self):
        if self.process.poll() is not None:
            with open(self.log, encoding="utf-8") as log:
                raise Failure(f"hikyaku-gui ended with {self.process.returncode}:\n{log.read()}")
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", "hikyaku"],
            env=self.environment, capture_output=True, text=True, check=False,
            timeout=PATIENCE_SECONDS,
        ).stdout.split()
        return int(found[0]) if found else None

    def xdotool(self, *words):
        return run("xdotool", *[str(word) for word in words], env=self.environment)

    def expected(self):
        """Plays the same without a display: what it finds, and its picture in expected.ppm."""
        told = run(self.stand_in, "play", "op25b", f"{WIDTH}x{HEIGHT}",
                   os.path.join(self.folder, "expected.ppm"), *self.done)
        return json.loads(told)

    def differs_by(self):
        words = run(self.stand_in, "compare", os.path.join(self.folder, "expected.ppm"),
                    self.display.screen, os.path.join(self.folder, "actual.png"))
        return [int(word) for word in words.split()]

    def sees(self, what):
        """Waits until the screen shows what it should after what was done so far."""
        expected = self.expected()
        last = [255, 0, 0]

        def is_shown():
            nonlocal last
            if self.process.poll() is not None:
                raise Failure(f"hikyaku-gui ended with {self.process.returncode}: {what}")
            last = self.differs_by()
            return last[0] <= TOLERANCE

        try:
            wait_for(what, is_shown)
        except Failure as failure:
            raise Failure(
                f"{failure}\nthe screen (actual.png) differs from expected.ppm by {last[0]} of 255"
                f" at {last[1] * 4},{last[2] * 4}"
            ) from None
        print(f"{what}: the screen is as expected, within {last[0]} of 255", flush=True)
        return expected

    def key(self, name, times=1):
        for _ in range(times):
            self.xdotool("key", name)
            self.done.append("key:" + name)

    def click(self, path):
        """With the mouse, which turns its wheel first when the control is out of sight."""
        self.done.append("click:" + path)
        for x, y, wheel in self.expected()["mouse"]:
            self.xdotool("mousemove", x, y)
            if wheel:
                self.xdotool("click", "--repeat", abs(wheel), 4 if wheel > 0 else 5)
            else:
                self.xdotool("click", 1)
        self.xdotool("mousemove", *NOWHERE)

    def resize(self, width, height):
        self.xdotool("windowsize", self.window, width, height)
        wait_for(
            f"a window of {width}x{height}",
            lambda: f"{width}x{height}" in self.xdotool("getwindowgeometry", self.window),
        )

    def exported(self, name):
        """The file once it is whole, and it goes: the next export is another one."""
        path = os.path.join(self.folder, name)

        def read():
            try:
                with open(path, encoding="utf-8") as file:
                    text = file.read()
                json.loads(text)
                return text
            except (OSError, ValueError):
                return None

        text = wait_for(f"the file {name}", read)
        os.unlink(path)
        return text

    def play(self):
        self.xdotool("windowfocus", self.window)
        wait_for("the focus",
                 lambda: int(self.xdotool("getwindowfocus").strip() or 0) == self.window)
        self.xdotool("mousemove", *NOWHERE)
        self.sees("the lesson at its start")

        # Step by step to where the mail is stopped.
        steps = json.loads(run(self.stand_in, "play", "op25b", f"{WIDTH}x{HEIGHT}",
                               os.path.join(self.folder, "expected.ppm"), "to:why/cure"))["steps"]
        if steps < 2:
            raise Failure("the lesson is stopped before it begins")
        self.key("Right", steps)
        self.sees("port 25 is blocked, and the card says why")

        self.click("why/cure")
        self.key("End")
        end = self.sees("with the cure the mail is delivered")
        if end["changed"].get("client.port") not in ("587", "465"):
            raise Failure(f"the cure changed {end['changed']}")

        self.click("top/menu")
        self.sees("the menu of exports")
        self.click("export/json")
        export = self.exported("hikyaku-op25b.json")
        settings = [f"{key}={value}" for key, value in sorted(end["changed"].items())]
        same = run(self.cli, "run", "op25b", "--lang", "en", "--json",
                   *[word for setting in settings for word in ("--set", setting)])
        if export != same:
            raise Failure(f"the export is not what 'hikyaku run op25b' says with {settings}")
        kinds = [event["kind"] for event in json.loads(export)["events"]]
        for kind in ("tls_established", "mail_delivered"):
            if kind not in kinds:
                raise Failure(f"nothing of the kind {kind} in the exported run")
        print(f"exported: what 'hikyaku run op25b' says with {', '.join(settings)}", flush=True)

    def step_back_and_resize(self):
        self.key("Home")
        self.key("r")
        # With the mouse: a control that was clicked has the focus, and arrow keys go on from there.
        for path in ("player/forward", "player/forward", "player/forward", "player/back"):
            self.click(path)
        self.sees("three steps on and one back")
        self.resize(200, 100)
        self.resize(1, 1)
        self.resize(WIDTH, HEIGHT)
        self.sees("the same after a window of one pixel")

    def listening_ports(self):
        """The TCP ports of 127.0.0.1 that hikyaku-gui listens on."""
        process = f"/proc/{self.process.pid}"
        sockets = set()
        for descriptor in os.listdir(process + "/fd"):
            try:
                sockets.add(os.readlink(f"{process}/fd/{descriptor}"))
            except OSError:
                pass  # closed meanwhile
        ports = []
        with open(process + "/net/tcp", encoding="ascii") as table:
            for row in list(table)[1:]:
                words = row.split()
                address, port = words[1].split(":")
                is_own = f"socket:[{words[9]}]" in sockets
                if words[3] == "0A" and is_own and address == "0100007F":
                    ports.append(int(port, 16))
        return sorted(ports)

    def hand_in(self, port, context):
        """Whether this port is one of the submission server, and then takes a mail."""
        try:
            with smtplib.SMTP("localhost", port, timeout=60) as smtp:
                if not smtp.ehlo("xvfb.example")[1].startswith(b"mail.kumo.example"):
                    return False
                smtp.starttls(context=context)
                smtp.ehlo("xvfb.example")
                if not smtp.has_extn("auth"):
                    return False
                smtp.login("hanako@kumo.example", "sakura2026")
                refused = smtp.sendmail(
                    "hanako@kumo.example", ["taro@umi.example"],
                    "From: hanako@kumo.example\r\nTo: taro@umi.example\r\nSubject: real\r\n\r\nHello\r\n")
                if refused:
                    raise Failure(f"refused: {refused}")
                return True
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError, TimeoutError):
            return False  # TLS from the first octet, or POP3

    def let_a_real_program_in(self):
        self.key("b")
        self.click("bridge/open")
        ports = wait_for("open ports", self.listening_ports)
        certificates = glob.glob(os.path.join(self.folder, "hikyaku-ca-*.pem"))
        if len(certificates) != 1:
            raise Failure(f"not one certificate of its own, but {certificates}")
        context = ssl.create_default_context(cafile=certificates[0])
        # The usual one first; where it was taken, another was.
        ports.sort(key=lambda port: port != 2587)
        if not any(self.hand_in(port, context) for port in ports):
            raise Failure(f"none of the ports {ports} is the submission server's")
        self.key("Escape")

        def exported_kinds():
            self.xdotool("key", "Escape")
            self.click("top/menu")
            self.click("export/json")
            export = json.loads(self.exported("hikyaku-op25b.json"))
            kinds = [event["kind"] for event in export["events"]]
            return kinds if "mail_delivered" in kinds else None

        kinds = wait_for("the real mail in a mailbox", exported_kinds)
        for kind in ("tls_established", "auth_tried", "smtp_command"):
            if kind not in kinds:
                raise Failure(f"nothing of the kind {kind} in what the real program did")
        print("a real mail program logged in, and its mail lies in the mailbox", flush=True)

    def close(self):
        ask_to_close(self.display.name, self.window)
        wait_for("the end of hikyaku-gui", lambda: self.process.poll() is not None)
        if self.process.returncode != 0:
            with open(self.log, encoding="utf-8") as log:
                raise Failure(f"hikyaku-gui ended with {self.process.returncode}:\n{log.read()}")
        with open(self.preferences, encoding="utf-8") as file:
            remembered = json.load(file)
        if remembered.get("language") != "en" or remembered.get("window", [])[2:] != [WIDTH, HEIGHT]:
            raise Failure(f"what is remembered is not what was: {remembered}")
        print("closed, and remembered how it was", flush=True)


def main():
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(Failure("took too long")))
    signal.alarm(LIMIT_SECONDS)
    folder = tempfile.mkdtemp(prefix="hikyaku-xvfb-", dir=sys.argv[4])
    display = lesson = None
    try:
        display = Display(folder)
        lesson = Lesson(sys.argv[1:4], display, folder)
        lesson.play()
        lesson.step_back_and_resize()
        lesson.let_a_real_program_in()
        lesson.close()
    except (Failure, subprocess.TimeoutExpired) as failure:
        print(f"FAILED: {failure}\nwhat was there: {folder}", flush=True)
        return 1
    finally:
        signal.alarm(0)
        if lesson is not None:
            end_process(lesson.process)
        if display is not None:
            display.close()
    for root, folders, files in os.walk(folder, topdown=False):
        for name in files:
            os.unlink(os.path.join(root, name))
        for name in folders:
            os.rmdir(os.path.join(root, name))
    os.rmdir(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
