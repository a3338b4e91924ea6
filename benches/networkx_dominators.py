"""Finds the dominators of a graph from its node 0 by networkx, and prints the median in seconds.

networkx_dominators.py FILE  with a link on each line
"""

import statistics
import sys
import time

import networkx


def main(path):
    with open(path) as file:
        links = [tuple(map(int, line.split())) for line in file]
    graph = networkx.DiGraph(links)
    taken = []
    for _ in range(1 if len(links) > 200_000 else 5):
        begun = time.perf_counter()
        networkx.immediate_dominators(graph, 0)
        taken.append(time.perf_counter() - begun)
    print(statistics.median(taken))


main(*sys.argv[1:])
