"""Does with networkx and pm4py what the bench beside it measures, and prints the median in seconds.

peers.py dominators FILE  of a graph, from its node 0; a line of the file is a link
peers.py soundness WIDTH  of a block of so many branches that all happen, by pm4py's WOFLAN
"""

import statistics
import sys
import time
import warnings

warnings.filterwarnings("ignore")


def timed(run, times):
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def dominators(path):
    import networkx

    with open(path) as file:
        links = [tuple(map(int, line.split())) for line in file]
    graph = networkx.DiGraph(links)
    return timed(lambda: networkx.immediate_dominators(graph, 0), 1 if len(links) > 200_000 else 5)


def soundness(width):
    from pm4py.algo.analysis.woflan import algorithm
    from pm4py.objects.petri_net.obj import Marking, PetriNet
    from pm4py.objects.petri_net.utils import petri_utils

    net = PetriNet("block")

    def place(name):
        made = PetriNet.Place(name)
        net.places.add(made)
        return made

    def transition(name, before, after):
        made = PetriNet.Transition(name, name)
        net.transitions.add(made)
        for one in before:
            petri_utils.add_arc_from_to(one, made, net)
        for one in after:
            petri_utils.add_arc_from_to(made, one, net)

    start, end = place("start"), place("end")
    ready = [place(f"ready {number}") for number in range(width)]
    done = [place(f"done {number}") for number in range(width)]
    transition("part", [start], ready)
    for number in range(width):
        transition(f"branch {number}", [ready[number]], [done[number]])
    transition("meet", done, [end])
    parameters = {
        algorithm.Parameters.PRINT_DIAGNOSTICS: False,
        algorithm.Parameters.RETURN_ASAP_WHEN_NOT_SOUND: True,
    }

    def judge():
        assert algorithm.apply(net, Marking([start]), Marking([end]), parameters=parameters), "it is sound"

    return timed(judge, 3 if width < 7 else 1)


if __name__ == "__main__":
    what, argument = sys.argv[1:]
    print(dominators(argument) if what == "dominators" else soundness(int(argument)))
