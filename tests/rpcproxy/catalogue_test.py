#!/usr/bin/python3
"""The catalogue of attacks, by its ids: each is answered by a test that is named after it, and no test names another."""

import pathlib
import re
import unittest

# How many entries each chapter has. They are numbered from 1.
CATALOGUE = {
    "POL": 6,     # plain policy
    "DIS": 6,     # missing parts, ambiguous dispatch
    "HDR": 13,    # headers
    "WIR": 13,    # bodies and framing
    "PRP": 8,     # properties
    "NAM": 7,     # names
    "SND": 4,     # senders
    "RPL": 11,    # replies
    "SIG": 6,     # signals
    "BUS": 8,     # the bus itself
    "SAS": 12,    # the handshake
    "FDS": 4,     # descriptors
    "RES": 9,     # resources
    "LIF": 7,     # the life of the proxy
    "IDN": 6,     # who a guest is
    "CND": 3,     # conditions
    "JSN": 13,    # JSON
    "WSK": 12,    # websockets
}
IDS = {f"{chapter}-{number}" for chapter, last in CATALOGUE.items() for number in range(1, last + 1)}


def named():
    """The ids that tests over real sockets are named after."""
    for file in pathlib.Path(__file__).parent.glob("*_test.py"):
        for chapter, number in re.findall(r"def test_([A-Z]{3})_(\d+)_", file.read_text()):
            yield f"{chapter}-{number}"


class Catalogue(unittest.TestCase):
    def test_every_attack_has_its_test(self):
        self.assertEqual(IDS - set(named()), set())

    def test_no_test_names_an_attack_that_is_not_there(self):
        self.assertEqual(set(named()) - IDS, set())


if __name__ == "__main__":
    unittest.main()
