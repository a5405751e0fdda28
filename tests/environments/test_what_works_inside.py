"""What students use works in a room, however it is confined; what no submission may do is said in words."""

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.rooms

LACKING = (sys.executable, str(Path(__file__).resolve().parents[1] / "lacking.py"))
MODES = {
    "fully": (),
    "without namespaces": (*LACKING, "unshare"),
    "without Landlock": (*LACKING, "landlock_create_ruleset"),
}
#: Packages that a part needs, where they are no requirements of the grader's own.
NEEDS = {
    "draw": "matplotlib",
    "tables": "pandas",
    "scale": "sklearn",
    "tensorboard": "tensorboard",
}
#: Functions of one submission; each must return True.
WORKS = """
def draw():
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    plt.plot([1, 2, 3]); plt.title("é"); plt.savefig("plot.png"); plt.close()
    return open("plot.png", "rb").read(4) == b"\\x89PNG"

def tables():
    import pandas as pd
    frame = pd.DataFrame({"a": range(6), "day": pd.date_range("2024-01-01", periods=6, tz="Europe/Berlin")})
    frame.to_csv("table.csv", index=False)
    return int(pd.read_csv("table.csv").a.rolling(2).mean().sum()) == 12

def scale():
    from sklearn.linear_model import LinearRegression
    from sklearn.preprocessing import MinMaxScaler
    x = MinMaxScaler().fit_transform(np.arange(10.0).reshape(-1, 1))
    return bool(abs(LinearRegression().fit(x, 3 * x[:, 0]).coef_[0] - 3) < 1e-9)

def threads():
    import queue, threading
    told = queue.Queue()
    workers = [threading.Thread(target=told.put, args=(n,)) for n in range(20)]
    for worker in workers: worker.start()
    for worker in workers: worker.join()
    return sum(told.get() for _ in workers) == 190

def pool():
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(8) as threads:
        return sum(threads.map(lambda n: n * n, range(10))) == 285

def dummy():
    from multiprocessing.dummy import Pool
    with Pool(4) as threads:
        return threads.map(abs, [-1, -2]) == [1, 2]

def pipeline():
    import tensorflow as tf
    data = tf.data.Dataset.from_tensor_slices(X).map(lambda x: x * 2, num_parallel_calls=4)
    data = data.shuffle(8).batch(4).prefetch(tf.data.AUTOTUNE).cache()
    return sum(len(batch) for batch in data) == 16

def sequences():
    class Data(keras.utils.PyDataset):
        def __len__(self): return 4
        def __getitem__(self, at): return X[4 * at:4 * at + 4], Y[4 * at:4 * at + 4]
    return len(model().fit(Data(workers=3, use_multiprocessing=False), verbose=0).history["loss"]) == 1

def callbacks():
    kept = keras.callbacks.ModelCheckpoint("best.keras", monitor="loss", save_best_only=True)
    model().fit(X, Y, epochs=2, verbose=0, callbacks=[
        kept, keras.callbacks.CSVLogger("log.csv"), keras.callbacks.EarlyStopping(monitor="loss"),
        keras.callbacks.BackupAndRestore("backup"),
    ])
    return os.path.exists("best.keras") and len(open("log.csv").readlines()) == 3

def tensorboard():
    model().fit(X, Y, verbose=0, callbacks=[keras.callbacks.TensorBoard("logs", update_freq=1)])
    return any(files for _, _, files in os.walk("logs"))

def compiled():
    import tensorflow as tf
    return float(tf.function(lambda x: tf.reduce_sum(x * 2), jit_compile=True)(tf.ones(4))) == 8.0

def fit_compiled():
    made = model(jit_compile=True)
    return len(made.fit(X, Y, verbose=0).history["loss"]) == 1

def temporary():
    import tempfile
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
        file.write(b"x")
        return os.listdir(folder) == [] and os.path.exists(file.name)

def database():
    import sqlite3
    with sqlite3.connect("runs.db") as base:
        base.execute("create table runs (loss real)")
        base.executemany("insert into runs values (?)", [(1.0,), (2.0,)])
        return base.execute("select sum(loss) from runs").fetchone() == (3.0,)

def coroutines():
    import asyncio
    async def twice(n):
        await asyncio.sleep(0.01)
        return 2 * await asyncio.to_thread(lambda: n)
    async def both():
        return await asyncio.gather(twice(1), twice(2))
    return asyncio.run(both()) == [2, 4]

def mapped():
    array = np.memmap("big.bin", dtype="float32", mode="w+", shape=(1000, 10))
    array[:] = 1
    array.flush()
    return float(np.memmap("big.bin", dtype="float32", mode="r").sum()) == 10_000

def saved():
    made = model()
    made.save("m.keras")
    made.save_weights("m.weights.h5")
    made.save("m.h5")
    again = keras.models.load_model("m.keras")
    again.load_weights("m.weights.h5")
    return bool(np.allclose(again.predict(X, verbose=0), made.predict(X, verbose=0)))

def exported():
    import tensorflow as tf
    model().export("exported", verbose=False)
    again = tf.saved_model.load("exported")
    return bool(again.serve(X).shape[0] == 16)

def copied():
    import glob, shutil, zipfile
    os.makedirs("a/b"); open("a/b/c.txt", "w").write("x")
    shutil.copytree("a", "d"); shutil.make_archive("packed", "zip", "d")
    os.rename("d", "e"); shutil.rmtree("a")
    return zipfile.ZipFile("packed.zip").testzip() is None and glob.glob("e/**/*.txt", recursive=True) == ["e/b/c.txt"]

def logged():
    import datetime, locale, logging, platform, zoneinfo
    logging.basicConfig(filename="run.log", level="INFO", force=True)
    logging.info("x"); platform.platform(); locale.getlocale()
    return datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Berlin")).tzinfo is not None
"""
COMMON = """
import os
import keras
import numpy as np
X, Y = np.ones((16, 3, 1), "float32"), np.ones((16, 1), "float32")
def model(**options):
    made = keras.Sequential([keras.Input((3, 1)), keras.layers.LSTM(2), keras.layers.Dense(1)])
    made.compile("adam", "mse", **options)
    return made
"""
#: Functions that do what no submission may, and what has to be said.
PROCESSES, NETWORK = (
    "starts another process, which no submission may",
    "wants to reach the network, which no submission may",
)
REFUSED = {
    "runs": ("import subprocess\n    subprocess.run(['true'], check=True)", PROCESSES),
    "asks_shell": ("os.system('true')", PROCESSES),
    "forks": ("import multiprocessing\n    multiprocessing.Process(target=print).start()", PROCESSES),
    "pools": ("import multiprocessing\n    multiprocessing.Pool(2).map(abs, [1])", PROCESSES),
    "downloads": ("import urllib.request\n    urllib.request.urlopen('http://127.0.0.1:9/', timeout=2)", NETWORK),
    "connects": ("import socket\n    socket.create_connection(('127.0.0.1', 9), timeout=2)", NETWORK),
}
NAMES = re.findall(r"^def (\w+)\(\)", WORKS, re.MULTILINE)
CHECKS = """
from grader.judge import Miss
SHARED = []
def shared(rooms):
    if not SHARED:
        SHARED.append(rooms.student())
    return SHARED[0]
"""
#: All in one room, which saves loading TensorFlow for each.
CHECK = '''
def test_{name}(rooms):
    """{name}"""
    if shared(rooms).{name}() is not True:
        raise Miss("wrong-value", function="{name}")
'''


@pytest.mark.parametrize("before", MODES.values(), ids=MODES)
def test_what_students_use_works_and_what_they_may_not_do_is_said(place: Any, before: tuple[str, ...]) -> None:
    names = [*NAMES, *REFUSED]
    place.course(names, CHECKS + "".join(CHECK.format(name=name) for name in names))
    refused = "".join(f"def {name}():\n    {body}\n    return True\n" for name, (body, _) in REFUSED.items())
    place.submission.write_text(COMMON + WORKS + refused)
    done = place.run("--isolation", "full", before=before, changes={"COLUMNS": "400"})
    assert (done.code, done.errors) == (1, "")
    words = told(done.output)
    assert list(words) == names
    missing = {name for name, package in NEEDS.items() if importlib.util.find_spec(package) is None}
    assert {
        name: text for name, (passed, text) in words.items() if not passed and name not in {*missing, *REFUSED}
    } == {}
    for name, (_, wanted) in REFUSED.items():
        passed, text = words[name]
        assert not passed
        assert wanted in text, f"{name}: {text}"
    assert place.left() == []


def told(output: str) -> dict[str, tuple[bool, str]]:
    """For each function whether it passed, and what the terminal said of it."""
    rows: dict[str, tuple[bool, str]] = {}
    name = ""
    for line in output.splitlines():
        row = re.match(r"(\S) .*?(\w+) +[\d.]+ of 1$", line)
        if row:
            name = row[2]
            rows[name] = (row[1] == "✓", "")
        elif line.startswith("    ") and name:
            rows[name] = (rows[name][0], " ".join([rows[name][1], line.strip()]).strip())
    return rows
