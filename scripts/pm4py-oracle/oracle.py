"""Asks pm4py, and prints its answer as JSON.

oracle.py summary FILE         what is in an OCEL 2.0 log
oracle.py rewrite FILE FILE    reads an OCEL 2.0 log, and writes it in the format that the name tells
oracle.py conformance NET LOG  which traces of an XES log fit a net, and what their alignments cost
oracle.py bench NET FOLDER N   how many seconds it takes to read log.xes, log.csv and log.jsonocel, and to hold
                               the first against a net: the median of N times
oracle.py soundness WIDTH      how many seconds it takes to tell that so many branches side by side are sound
"""

import json
import statistics
import sys
import time
import warnings
from collections import Counter

warnings.filterwarnings("ignore")

import pandas
import pm4py
from pm4py.objects.petri_net.obj import Marking, PetriNet
from pm4py.objects.petri_net.utils import petri_utils

READERS = {
    "json": pm4py.read_ocel2_json,
    "xml": pm4py.read_ocel2_xml,
    "sqlite": pm4py.read_ocel2_sqlite,
}
WRITERS = {
    "xml": pm4py.write_ocel2_xml,
    "sqlite": pm4py.write_ocel2_sqlite,
    "json": pm4py.write_ocel2_json,
}


def read(path):
    return READERS[path.rsplit(".", 1)[1]](path)


def summary(path):
    log = read(path)
    related = log.relations
    return {
        "activities": Counter(log.events["ocel:activity"]),
        "types": Counter(log.objects["ocel:type"]),
        "event_to_object": len(related),
        "object_to_object": len(log.o2o),
        "first": min(log.events["ocel:timestamp"]).isoformat(),
    }


def put_together(places, ways, end):
    """Returns a net of ways, each a name and the places taken from and given to, and where it begins and ends."""
    net = PetriNet("net")
    places = [PetriNet.Place(str(number)) for number in range(places)]
    for place in places:
        net.places.add(place)
    for number, (name, takes, gives) in enumerate(ways):
        transition = PetriNet.Transition(str(number), name)
        net.transitions.add(transition)
        for place in takes:
            petri_utils.add_arc_from_to(places[place], transition, net)
        for place in gives:
            petri_utils.add_arc_from_to(transition, places[place], net)
    start, stop = Marking(), Marking()
    start[places[0]] = 1
    for place in end:
        stop[places[place]] += 1
    return net, start, stop


def described(net_path):
    with open(net_path) as file:
        told = json.load(file)
    return put_together(told["places"], told["ways"], told["end"])


def conformance(net_path, log_path):
    net, start, end = described(net_path)
    log = pm4py.read_xes(log_path, return_legacy_log_object=True)
    # The price of a move is 10,000 there.
    aligned = pm4py.conformance_diagnostics_alignments(log, net, start, end)
    replayed = pm4py.conformance_diagnostics_token_based_replay(log, net, start, end)
    return {
        "costs": [trace["cost"] // 10000 for trace in aligned],
        "fits": [bool(trace["trace_is_fit"]) for trace in replayed],
    }


def timed(times, run):
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        answer = run()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken), answer


def read_csv(path):
    return pm4py.format_dataframe(
        pandas.read_csv(path), case_id="case_id", activity_key="activity", timestamp_key="timestamp"
    )


def bench(net_path, folder, times):
    times = int(times)
    net = described(net_path)
    xes, log = timed(times, lambda: pm4py.read_xes(f"{folder}/log.xes"))
    csv, table = timed(times, lambda: read_csv(f"{folder}/log.csv"))
    ocel, _ = timed(times, lambda: pm4py.read_ocel2_json(f"{folder}/log.jsonocel"))
    replay, replayed = timed(times, lambda: pm4py.conformance_diagnostics_token_based_replay(log, *net))
    align, aligned = timed(1, lambda: pm4py.conformance_diagnostics_alignments(log, *net))
    return {
        "xes": xes,
        "csv": csv,
        "ocel": ocel,
        "replay": replay,
        "align": align,
        "events": [len(log), len(table)],
        "fitting": sum(trace["trace_is_fit"] for trace in replayed),
        "cost": sum(trace["cost"] // 10000 for trace in aligned),
    }


def soundness(width):
    width = int(width)
    begun, done = range(1, width + 1), range(width + 1, 2 * width + 1)
    ways = [("split", [0], begun), ("join", done, [2 * width + 1])]
    ways += [(f"branch {place}", [place], [place + width]) for place in begun]
    net = put_together(2 * width + 2, ways, [2 * width + 1])
    seconds, sound = timed(1, lambda: pm4py.check_soundness(*net))
    return {"seconds": seconds, "sound": bool(sound[0] if isinstance(sound, tuple) else sound)}


def main():
    command, *files = sys.argv[1:]
    if command == "summary":
        answer = summary(*files)
    elif command == "rewrite":
        source, target = files
        WRITERS[target.rsplit(".", 1)[1]](read(source), target)
        answer = None
    elif command == "conformance":
        answer = conformance(*files)
    elif command == "bench":
        answer = bench(*files)
    elif command == "soundness":
        answer = soundness(*files)
    else:
        sys.exit(__doc__)
    # pm4py prints how far it is to standard output as well.
    print()
    print(json.dumps(answer))


main()
