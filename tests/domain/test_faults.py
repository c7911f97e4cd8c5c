"""How faults are formatted."""

from outreachbot.domain.content.faults import Fault, Mark, count_faults, find_nearest, format_faults, format_path


def test_a_fault_is_one_line_with_file_line_column_and_path() -> None:
    fault = Fault(
        Mark(3, 7), ("facts", 3, "sources"), 'unknown source "hrw94"', wrong="hrw94", known=["hrw-1994", "un"]
    )
    expected = 'content.yaml:3:7: facts[3].sources: unknown source "hrw94"; did you mean "hrw-1994"?'
    assert fault.in_file("content.yaml") == expected


def test_a_fault_of_the_whole_file_has_no_path() -> None:
    assert Fault(Mark(1, 1), (), "the file is empty").in_file("a.yaml") == "a.yaml:1:1: the file is empty"


def test_few_known_names_are_listed_if_none_is_similar() -> None:
    assert str(Fault(Mark(1, 1), (), "unknown", wrong="xyz", known=["en", "de"])) == "1:1: unknown; known: en, de"
    assert str(Fault(Mark(1, 1), (), "unknown", wrong="xyz", known=["en"] * 13)) == "1:1: unknown"


def test_a_path_keeps_odd_keys_readable() -> None:
    assert format_path(("a", 0, "b-c", 'd "e"\n')) == 'a[0].b-c."d "e" "'


def test_the_nearest_name_is_found_whatever_its_case() -> None:
    assert find_nearest("EUROPE/istambul", ["Europe/Istanbul", "Asia/Baku"]) == "Europe/Istanbul"
    assert find_nearest("ne", ["en", "de"]) == "en"
    assert find_nearest("quite another", ["en", "de"]) == ""


def test_faults_are_listed_in_the_order_of_the_file() -> None:
    faults = [Fault(Mark(line, 1), (), "x") for line in (3, 1, 2)]
    assert format_faults(faults, "f") == ["f:1:1: x", "f:2:1: x", "f:3:1: x"]


def test_the_faults_in_a_list_of_lines_are_counted() -> None:
    for number in (0, 1, 200, 201, 5000):
        lines = format_faults([Fault(Mark(1, 1), (), "x")] * number, "f")
        assert (count_faults(lines), len(lines)) == (number, min(number, 201))
