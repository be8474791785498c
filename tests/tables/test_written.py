"""Values found by their texts, and CSV files of results."""

import math

import pytest
from sklearn.feature_selection import SelectKBest, chi2, f_classif
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from skbayes.space import parse_space
from skbayes.tables import find_values, read_csv

SCALERS = [StandardScaler(), MinMaxScaler(), None]
SCORERS = [SelectKBest(chi2)]
LONG = SVC(C=12.5, cache_size=300, coef0=0.25, gamma=0.125, kernel="poly", shrinking=False, tol=0.5)


@pytest.mark.parametrize(
    ("values", "text", "expected"),
    [
        ((0.1, 9.0), "0.30000000000000004", 0.1 + 0.2),
        ((1, 90), "17", 17),
        ((1, 90), "17.0", 17.0),
        (["rbf", "poly"], "poly", "poly"),
        ([1, 10, None], "10.0", 10),
        ([0.5, 1.0], "1", 1.0),
        ([True, False], "False", False),
        (["None", "x"], "None", "None"),
        ([(1, 2), (3, 4)], "(3, 4)", (3, 4)),
        (SCALERS, "MinMaxScaler()", SCALERS[1]),
        ([LONG, SVC()], str(LONG).replace("\n", "\r\n"), LONG),
        ([None, "a"], "None", None),
        ([f_classif, chi2], "<function chi2 at 0x7fbab3476160>", chi2),
        ([SCORERS[0], None], "SelectKBest(score_func=<function chi2 at 0x7fb>)", SCORERS[0]),
    ],
)
def test_a_text_stands_for_a_value(values, text, expected):
    params, unknown = find_values(parse_space({"p": values}), {"p": text})
    assert unknown == {}
    value = params["p"]
    assert value is expected or (value == expected and type(value) is type(expected))


@pytest.mark.parametrize(
    ("values", "text", "n_values"),
    [
        (SCALERS, "RobustScaler()", 0),
        ((0.1, 9.0), "__import__('os')", 0),
        ([1, "1"], "1", 2),
        ([SVC(), SVC()], "SVC()", 2),
        # Two functions of one name: which of them another process means is not known.
        ([lambda: 1, lambda: 2], "<function <lambda> at 0x7fbab3476160>", 2),
        ([f_classif, chi2], "<function mutual_info_classif at 0x7fbab3476160>", 0),
    ],
)
def test_a_text_that_stands_for_none_or_for_several(values, text, n_values):
    found = find_values(parse_space({"p": values}), {"p": text})
    assert found == ({"p": text}, {"p": n_values})


def test_what_is_no_text_or_no_parameter_stays():
    given = {"p": 0.5, "elsewhere": "3"}
    assert find_values(parse_space({"p": (0.0, 1.0)}), given) == (given, {})


def test_an_empty_cell_may_be_none():
    space = parse_space({"scale": SCALERS, "C": (0.1, 9.0)})
    assert find_values(space, {"C": "2.0"}) == ({"C": 2.0, "scale": None}, {})
    # Where the parameter need not exist, it does not.
    space = parse_space([{"scale": SCALERS, "C": (0.1, 9.0)}, {"C": (0.1, 9.0)}])
    assert find_values(space, {"C": "2.0"}) == ({"C": 2.0}, {})
    assert find_values(parse_space({"a": [1, 2], "C": (0.1, 9.0)}), {"C": "2.0"})[0] == {"C": 2.0}


def test_an_empty_cell_may_be_nan():
    space = parse_space({"missing": [math.nan, -1], "C": (0.1, 9.0)})
    params, unknown = find_values(space, {"C": "2.0"})
    assert math.isnan(params["missing"])
    assert unknown == {}
    space = parse_space({"missing": [math.nan, None], "C": (0.1, 9.0)})
    assert find_values(space, {"C": "2.0"})[0]["missing"] is None


def test_a_row_without_a_value_is_left_out_with_one_line(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("param_a,param_b,param_c,score\n,1,5,0.5\n2,1,,0.25\n")
    space = parse_space({"a": [1, 2], "b": [1, 3, None], "c": (1, 9), "one": [7]})
    with pytest.warns(UserWarning, match=r"it: 2 of 2 results .* has no value for 'a'. Write"):
        assert read_csv(path, space, "it")["params"] == []
    # A branch that has other parameters needs none of these.
    path.write_text("param_a,param_b,score\n1,,0.5\n,4,0.25\n")
    params = read_csv(path, parse_space([{"a": [1, 2]}, {"b": [3, 4]}]), "it")["params"]
    assert params == [{"a": 1}, {"b": 4}]


def test_a_file(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("\ufeff,status,param_a,mean_test_score\n0,complete,x,0.5\n1,failed,y,\n")
    table = read_csv(path, parse_space({"a": ["x", "y"]}), "it")
    assert table["params"] == [{"a": "x"}, {"a": "y"}]
    assert table["status"] == ["complete", "failed"]
    assert table["mean_test_score"][0] == 0.5
    assert math.isnan(table["mean_test_score"][1])


def test_a_row_that_cannot_be_read_is_left_out_with_one_line(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("param_a,score\nx,0.5\nq,0.25\nr,0.75\n")
    with pytest.warns(UserWarning, match=r"it: 2 of 3 results are left out. .* has a='q'") as found:
        table = read_csv(path, parse_space({"a": ["x", "y"]}), "it")
    assert len(found) == 1
    assert "no value of 'a' in search_spaces is printed like this. Write" in str(found[0].message)
    assert table == {"score": [0.5], "params": [{"a": "x"}]}


def test_a_row_with_a_text_of_several_values_is_left_out_with_one_line(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("param_a,score\n1,0.5\nx,0.25\n")
    with pytest.warns(UserWarning, match="a='1', and 2 values of 'a' .* like this. Keep only one"):
        assert read_csv(path, parse_space({"a": [1, "1", "x"]}), "it")["params"] == [{"a": "x"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("param_a;score\nx;0,5\n", r"it has ';' between its cells, and must have commas"),
        ("param_a\tscore\nx\t0.5\n", "between its cells"),
        ("a,score\nx,0.5\n", r"such as 'param_a'; it has \['a', 'score'\]. Rename its columns"),
        ("params,score\n{'a': 'x'},0.5\n", r"it has \['params', 'score'\]"),
    ],
)
def test_a_file_of_another_form(tmp_path, text, message):
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_csv(path, parse_space({"a": ["x", "y"]}), "it")


@pytest.mark.parametrize("name", ["score", "mean_test_auc"])
def test_a_text_for_a_score(tmp_path, name):
    path = tmp_path / "t.csv"
    path.write_text(f'time,param_a,{name}\nsoon,x,\n\n,q,nan\n,"x","0,5"\n')
    message = f"it, line 5, column '{name}': '0,5' is not a number. Write .*leave the cell empty"
    with pytest.raises(ValueError, match=message):
        read_csv(path, parse_space({"a": ["x", "q"]}), "it")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_a_file_in_another_encoding(tmp_path, encoding):
    path = tmp_path / "t.csv"
    path.write_text("param_a,score\nzwölf,0.5\n", encoding=encoding)
    with pytest.raises(ValueError, match=r"it is not in UTF-8. Save it .*encoding="):
        read_csv(path, parse_space({"a": ["zwölf"]}), "it")


@pytest.mark.parametrize("text", ["", "a,b\n1\n", "a,b\n1,2,3\n"])
def test_what_is_no_table(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"CSV file with a line of names|more or fewer cells"):
        read_csv(path, parse_space({"a": ["x"]}), "it")
