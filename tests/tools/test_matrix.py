"""Which examples belong on which Airflow, and which of them passed there."""

import pytest

from dagbook.matrix import passed_ids
from dagbook.proven import numbers, runs_on

REPORT = """<testsuites><testsuite>
<testcase classname="tests.a.test_16_01_01_x" name="test_a"/>
<testcase classname="tests.a.test_16_01_01_x" name="test_b"/>
<testcase classname="tests.a.test_16_01_02_y" name="test_a"/>
<testcase classname="tests.a.test_16_01_02_y" name="test_b"><failure/></testcase>
<testcase classname="tests.a.test_16_01_03_z" name="test_a"><error/></testcase>
<testcase classname="tests.tools.test_other" name="test_a"/>
</testsuite></testsuites>"""


@pytest.mark.parametrize(
    ("lowest", "version", "able"),
    [
        ("3.1", "3.1.8", True),
        ("3.3", "3.2.2", False),
        ("3.3", "3.10.0", True),
        ("3.2.2", "3.2.1", False),
    ],
)
def test_an_example_runs_from_its_lowest_version_on(lowest, version, able):
    assert runs_on(lowest, version) is able


def test_versions_are_numbers():
    assert numbers("3.10.2") > numbers("3.9.10")


def test_an_example_passed_when_all_of_its_tests_did(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    ids = {
        "test_16_01_01_x": "16.1.1",
        "test_16_01_02_y": "16.1.2",
        "test_16_01_03_z": "16.1.3",
    }
    assert passed_ids(report, ids) == {"16.1.1"}
