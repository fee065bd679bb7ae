"""A module counts as passed when all that it defines has run and passed."""

import pytest

from dagbook.recording.ledger import Ledger

GOOD = "def test_a(): ...\n\n\ndef test_b(): ...\n"


@pytest.mark.parametrize(
    ("text", "words", "passed"),
    [
        (GOOD, [], {"test_a", "test_b"}),
        (GOOD, ["-k", "test_a"], None),
        (GOOD, ["::test_a"], None),
        (GOOD + "    assert 0\n", [], None),
        (
            GOOD + "\n\ndef test_c():\n    import pytest\n    pytest.skip('x')\n",
            [],
            None,
        ),
    ],
)
def test_only_a_whole_module_has_passed(tmp_path, text, words, passed):
    module = tmp_path / "test_some.py"
    module.write_text(text)
    ledger = Ledger()
    place = str(module)
    if words and words[0].startswith("::"):
        place += words.pop(0)
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:dagbook", "-c", "/dev/null"]
    pytest.main([place, *words, *options, f"--rootdir={tmp_path}"], plugins=[ledger])

    assert ledger.passed() == ({module: passed} if passed else {})
