"""What the campaigns share: one server and some laptops as real processes on this machine, and how their files are looked at.

Only processes that were started here are ended, each by its own id.
"""
import fcntl
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.request

REP_PASSWORD = "campaign-rep-password"
ADMIN_PASSWORD = "campaign-admin-password"
ENVIRONMENT = dict(
    os.environ, WAYBOOK_LANG="en", NO_COLOR="1", WAYBOOK_PASSWORD=REP_PASSWORD, WAYBOOK_ADMIN_PASSWORD=ADMIN_PASSWORD)


class Fault(Exception):
    """The product broke a promise."""


class Result:
    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def error(self):
        """The code of the failure, as `--json` tells it."""
        for line in self.err.splitlines():
            if line.startswith('{"error"'):
                return json.loads(line)["error"]["code"]
        return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clock_library(folder):
    """Compiles what shifts the wall clock of a program that preloads it by WAYBOOK_CLOCK_OFFSET seconds; returns its path."""
    library = os.path.join(folder, "clock.so")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


class Server:
    """A server of its own workspace with these people as administrators; on the folder that lies there, where nobody is named."""

    def __init__(self, programs, folder, users=None):
        self.programs, self.program = programs, os.path.join(programs, "waybook-server")
        self.data = os.path.join(folder, "server")
        self.log = os.path.join(folder, "server.log")
        self.process = None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        if users is None:
            return
        self.tool("init", "--workspace", "Campaign", "--admin", "admin@example.com")
        for email, name in users:
            self.tool("user", "add", email, "--name", name, "--role", "admin")

    def tool(self, *words, check=True):
        done = subprocess.run(
            [self.program, *words, "--data", self.data], env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
        if check and done.returncode != 0:
            raise Fault(f"waybook-server {' '.join(words)}: exit {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def spawn(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--data", self.data, "--port", str(self.port)],
                env=ENVIRONMENT, stdout=log, stderr=log)

    def wait_until_up(self, seconds=20):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise Fault(f"the server ended by itself: exit {self.process.returncode}, see {self.log}")
            try:
                urllib.request.urlopen(self.url + "/healthz", timeout=2).close()
                return
            except OSError:
                time.sleep(0.01)
        raise Fault(f"the server does not answer after {seconds} s, see {self.log}")

    def start(self):
        self.spawn()
        self.wait_until_up()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
                raise Fault("the server does not stop within 30 s of SIGTERM")


class Laptop:
    def __init__(self, programs, folder, name, email, environment=None):
        self.program = os.path.join(programs, "waybook")
        self.store = os.path.join(folder, name)
        self.name, self.email = name, email
        self.environment = dict(ENVIRONMENT, **(environment or {}))

    def spawn(self, *words):
        return subprocess.Popen(
            [self.program, *words, "--store", self.store], env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words, timeout=120, check=False):
        start = time.monotonic()
        process = self.spawn(*words)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise Fault(f"{self.name}: waybook {' '.join(words)}: not done after {timeout} s: {out}{err}")
        result = Result(process.returncode, out, err, time.monotonic() - start)
        if check and result.code != 0:
            raise Fault(f"{self.name}: waybook {' '.join(words)}: exit {result.code}: {out}{err}")
        return result

    def login(self, url):
        return self.run("login", url, "--user", self.email, "--device", self.name, check=True)

    def sync(self):
        """A sync that must come to its end."""
        result = self.run("sync", "--json", check=True)
        if result.json["unsent"] != 0 or not result.json["complete"]:
            raise Fault(f"{self.name}: a sync without others' work in it left something unsent: {result.out}")
        return result

    def records(self, noun="customer"):
        """All records of a kind by id, deleted ones too: their fields, and "$life" where they are deleted."""
        alive = self.run(noun, "list", "--json", check=True).json
        dead = self.run(noun, "list", "--deleted", "--json", check=True).json
        return {record["id"]: record["fields"] for record in alive + dead}


def copied(path, folder):
    """Copies a store with its log as it lies there, under the writer's lock, so that looking at it changes nothing."""
    target = os.path.join(tempfile.mkdtemp(dir=folder), "copy.db")
    with open(path + ".lock", "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.copy(path, target)
        if os.path.exists(path + "-wal"):
            shutil.copy(path + "-wal", target + "-wal")
    return target


def inspect(path, folder, *queries):
    """`PRAGMA integrity_check` of a copy; then the answers of queries over it."""
    copy = copied(path, folder)
    base = sqlite3.connect(copy)
    try:
        said = [row[0] for row in base.execute("PRAGMA integrity_check")]
        if said != ["ok"]:
            raise Fault(f"{path} is damaged: {said[:5]}; the copy is {copy}")
        answers = [base.execute(query).fetchall() for query in queries]
    finally:
        base.close()
    shutil.rmtree(os.path.dirname(copy))
    return answers
