"""The process of a system of Python: `python3 peers.py SYSTEM`, driven by lines of JSON as host.ts is.

Systems: numpy, torch-eager, torch-fused, torch-compile, jax. Each is a module beside this file with a function
`library(system) -> (version, kinds)`, where kinds maps a kind of workload to `make(task, data, parameters)`,
which returns `(step, current)`: a function of a batch's index that trains and returns the cost, and one that
returns the parameters as a dict of arrays.

    python3 -m venv bench/peers/.venv && bench/peers/.venv/bin/pip install numpy threadpoolctl torch jax
"""

import importlib
import json
import os
import sys
import time

# Standard output belongs to the protocol: what libraries print goes to standard error.
protocol = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


class Skip(Exception):
    """What a system does not have: its row is left out with this reason."""


def read(numpy, stored):
    return numpy.fromfile(stored["file"], stored["dtype"]).reshape(stored["shape"])


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Host:
    def __init__(self, system):
        self.system = system
        self.before = 0

    def load(self, request):
        name = {"numpy": "with_numpy", "jax": "with_jax"}.get(self.system, "with_torch")
        try:
            import numpy

            module = importlib.import_module(name)
        except ImportError as error:
            return {"skipped": f"{error.name or error} is not installed for {sys.executable}"}
        version, kinds = module.library(self.system)
        with open(request["task"]) as file:
            task = json.load(file)
        if task["kind"] not in kinds:
            return {"skipped": f"it is not written for {task['kind']}"}
        if hasattr(os, "sysconf") and os.path.exists("/proc/self/statm"):
            self.before = resident()
        start = time.perf_counter()
        data = {name: read(numpy, stored) for name, stored in task["data"].items()}
        parameters = {name: read(numpy, stored) for name, stored in task["parameters"].items()}
        self.step, self.current = kinds[task["kind"]](task, data, parameters)
        self.batches = task["batches"]
        seconds = time.perf_counter() - start
        return {"version": version, "threads": task["threads"], "seconds": seconds}

    def run(self, request):
        step, batches = self.step, self.batches
        cost = float("nan")
        cpu, start = time.process_time(), time.perf_counter()
        for i in range(request["first"], request["first"] + request["steps"]):
            cost = step(i % batches)
        seconds = time.perf_counter() - start
        return {"seconds": seconds, "cpuSeconds": time.process_time() - cpu, "cost": float(cost)}

    def parameters(self, request):
        import numpy

        values = self.current()
        for name, value in values.items():
            array = numpy.ascontiguousarray(value, dtype=numpy.float32)
            array.tofile(os.path.join(request["folder"], name))
        return {"written": len(values)}

    def memory(self, _):
        return {"before": self.before, "now": resident() if self.before else 0}


def main():
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    sys.modules["peers"] = sys.modules["__main__"]
    host = Host(sys.argv[1])
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = getattr(host, request["command"])(request)
        except Skip as reason:
            reply = {"skipped": str(reason)}
        except Exception as error:  # whatever it is, it is reported and the row refused
            import traceback

            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        protocol.write(json.dumps(reply) + "\n")
        protocol.flush()


main()
