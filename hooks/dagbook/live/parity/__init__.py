"""Does an example end on a real scheduler as its recording says?"""
