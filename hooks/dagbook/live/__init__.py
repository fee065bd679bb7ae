"""The live lane: every example on a real scheduler, over the public REST API.

``keeper`` owns processes, ``postgres``, ``redis`` and ``settings`` say what runs and
how, ``cluster`` puts them together, ``client`` talks to it, ``scenario`` is the small
language of tests, ``parity`` and ``faults`` are the two questions asked of it.
"""
