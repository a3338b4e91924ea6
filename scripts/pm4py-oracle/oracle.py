"""Asks pm4py, and prints its answer as JSON.

oracle.py summary FILE         what is in an OCEL 2.0 log
oracle.py rewrite FILE FILE    reads an OCEL 2.0 log, and writes it in the format that the name tells
oracle.py conformance NET LOG  which traces of an XES log fit a net, and what their alignments cost
"""

import json
import sys
import warnings
from collections import Counter

warnings.filterwarnings("ignore")

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


def conformance(net_path, log_path):
    with open(net_path) as file:
        described = json.load(file)
    net = PetriNet("net")
    places = [PetriNet.Place(str(number)) for number in range(described["places"])]
    for place in places:
        net.places.add(place)
    for number, (name, takes, gives) in enumerate(described["ways"]):
        transition = PetriNet.Transition(str(number), name)
        net.transitions.add(transition)
        for place in takes:
            petri_utils.add_arc_from_to(places[place], transition, net)
        for place in gives:
            petri_utils.add_arc_from_to(transition, places[place], net)
    start, end = Marking(), Marking()
    start[places[0]] = 1
    for place in described["end"]:
        end[places[place]] += 1
    log = pm4py.read_xes(log_path, return_legacy_log_object=True)
    # The price of a move is 10,000 there.
    aligned = pm4py.conformance_diagnostics_alignments(log, net, start, end)
    replayed = pm4py.conformance_diagnostics_token_based_replay(log, net, start, end)
    return {
        "costs": [trace["cost"] // 10000 for trace in aligned],
        "fits": [bool(trace["trace_is_fit"]) for trace in replayed],
    }


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
    else:
        sys.exit(__doc__)
    # pm4py prints how far it is to standard output as well.
    print()
    print(json.dumps(answer))


main()
