"""call, tools, openapi, completion, help and the exit codes."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
from typing import Any

import product
import pytest
from conftest import Desk

COMMANDS = ["batch", "call", "tools", "openapi", "serve", "verify", "prove", "ledger", "health", "completion"]
TOOLS = ["calculate_emissions", "calculate_inventory", "lookup_emission_factor", "validate_fuel_input", "convert_units"]


def question(**changes: Any) -> str:
    return json.dumps(product.QUESTION | changes)


# ---- help and usage


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command: str) -> None:
    done = product.run(command, "--help")
    assert done.code == product.DONE
    assert f"Usage: fuel-analyzer {command}" in done.text
    assert len(done.text.splitlines()[0]) > 20, "the first line says what it is for"
    assert max(map(len, done.text.splitlines())) <= 140


def test_the_help_names_every_command_and_exit_code() -> None:
    text = product.run("--help").text
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", text, re.MULTILINE), command
    table = (product.ROOT / "src/base/error_table.cpp").read_text()
    codes = [int(code) for code in re.findall(r"\{ErrorCode::k\w+, .*, (\d+)\}", table)]
    assert len(codes) >= 8
    said = text[text.index("Exit codes") :]
    assert {int(number) for number in re.findall(r"\d+", said)} == {0, 2, *codes}


def test_the_version_names_program_and_data() -> None:
    text = product.run("--version").text
    assert re.fullmatch(r"fuel-analyzer \d+\.\d+\.\d+\ndata [0-9a-f]{64}\n", text)


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([], "subcommand"),
        (["batsh"], "batsh"),
        (["batch"], "FILE"),
        (["batch", "x.csv"], "--output"),
        (["batch", "x.csv", "-o", "y", "--workers", "0"], "--workers"),
        (["batch", "x.csv", "-o", "y", "--workers", "many"], "--workers"),
        (["batch", "x.csv", "-o", "y", "--format", "xml"], "--format"),
        (["batch", "x.csv", "-o", "y", "--frmat", "csv"], "--frmat"),
        (["call", "convert_units"], "JSON"),
        (["prove", "x.csv"], "--row"),
        (["prove", "x.csv", "--row", "0"], "--row"),
        (["prove", "x.csv", "--row", "-1"], "--row"),
        (["serve", "--port", "65536"], "--port"),
        (["serve", "--loops", "0"], "--loops"),
        (["serve", "--log-level", "loud"], "--log-level"),
        (["completion", "tcsh"], "tcsh"),
        (["--factors"], "--factors"),
    ],
)
def test_a_wrong_command_line_is_code_2_and_named(arguments: list[str], names: str) -> None:
    done = product.run(*arguments)
    assert done.code == product.USAGE
    assert names in done.err
    assert max(map(len, done.err.splitlines())) <= 200, "a message for a person"


def test_a_public_address_needs_to_be_asked_for(desk: Desk) -> None:
    done = desk.run("serve", "--address", "0.0.0.0", "--port", "0")
    assert done.code == product.INVALID
    assert "--allow-public" in done.err


# ---- call


def test_call_answers_with_a_named_factor() -> None:
    result = product.run("call", "calculate_emissions", question()).json()["result"]
    assert result["co2e_kg"] == pytest.approx(12.8541, rel=1e-12)
    assert result["factor"]["source"] and result["factor"]["table"] and result["factor"]["year"] == 2025
    assert result["gwp_set"] == "AR5GWP100" and result["scope"] == 1


def test_call_reads_standard_input() -> None:
    by_argument = product.run("call", "calculate_emissions", question())
    by_pipe = product.run("call", "calculate_emissions", "-", stdin=question().encode())
    assert by_pipe.out == by_argument.out


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_refuses_an_empty_question_and_names_what_is_missing(tool: str) -> None:
    done = product.run("call", tool, "{}")
    assert done.code == product.INVALID
    assert "is required" in done.err and "error: /" in done.err


def test_every_step_of_an_explanation_can_be_calculated_again() -> None:
    answer = product.run("call", "calculate_emissions", question(), "--explain").json()
    steps = answer["explanation"]
    assert len(steps) >= 6
    fields = set()
    for step in steps:
        values = {operand["symbol"]: operand["value"] for operand in step["operands"]}
        names = re.findall(r"[A-Za-z_]\w*", step["formula"])
        assert names and set(names) <= set(values), step
        assert re.fullmatch(r"[-+*/() \w.]+", step["formula"]), step
        assert eval(step["formula"], {"__builtins__": {}}, values) == pytest.approx(step["value"], rel=1e-12), step
        assert step["article"] and step["unit"]
        if "field" in step:
            fields.add(step["field"])
            assert answer["result"][step["field"].lstrip("/")] == step["value"]
    assert fields >= {"/co2_kg", "/ch4_kg", "/n2o_kg", "/co2e_kg", "/emissions_value"}


def test_an_explanation_changes_nothing() -> None:
    plain = product.run("call", "calculate_emissions", question()).json()
    explained = product.run("call", "calculate_emissions", question(), "--explain").json()
    assert explained["result"] == plain["result"] and "explanation" not in plain


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"activity_value": -1}, "/activity_value: must be at least 0"),
        ({"activity_value": "5"}, "/activity_value: must be a number"),
        ({"activity_value": None}, "/activity_value"),
        ({"activity_value": 1e308}, "/activity_value: must be at most"),
        ({"activity_value": True}, "/activity_value: must be a number"),
        ({"activity_unit": "furlong"}, "/activity_unit: unknown unit"),
        ({"activity_unit": "kWhh"}, '"kWh"'),
        ({"fuel_type": "natrual gas"}, "natural_gas"),
        ({"fuel_type": "coal"}, "coal_industrial"),
        ({"fuel_type": "coal_industrial"}, "/activity_unit"),
        ({"region": "ZZ"}, "/region"),
        ({"year": 1919}, "/year"),
        ({"year": 2025.5}, "/year"),
        ({"gwp_set": "AR7GWP100"}, "/gwp_set"),
        ({"fuel_type": "natural gas", "activity_unit": "kWh"}, "/heating_value_basis"),
        ({"activty_value": 5}, "activity_value"),
        ({"ef_value": 2, "ef_unit": "kgCO2e/L"}, "ef_value"),
        ({"fuel_type": "x" * 101}, "/fuel_type"),
        ({"fuel_type": ""}, "/fuel_type"),
    ],
)
def test_a_bad_question_is_code_3_and_named(changes: dict[str, Any], names: str) -> None:
    done = product.run("call", "calculate_emissions", question(**changes))
    assert done.code == product.INVALID, done.said
    assert names in done.err
    assert done.out == b""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        ("null", "must be an object"),
        ("[1]", "must be an object"),
        (question().replace("5,", "NaN,", 1), "not valid JSON"),
        (question().replace("5,", "Infinity,", 1), "not valid JSON"),
        (question().replace("5,", "1e400,", 1), "does not fit"),
        (question().replace("5,", "-1e400,", 1), "does not fit"),
        (question().replace("5,", "05,", 1), "not valid JSON"),
        (question() + "x", "after the JSON value"),
        (question()[:-1] + ', "year": 2024}', "appears twice"),
        ("[" * 100_000, "too deeply"),
        ('{"fuel_type": "\ud800"}', "not valid JSON"),
    ],
)
def test_what_is_not_json_is_code_3(text: str, names: str) -> None:
    done = product.run("call", "calculate_emissions", "-", stdin=text.encode(errors="surrogatepass"))
    assert done.code == product.INVALID
    assert names in done.err


def test_a_number_too_small_for_a_double_is_not_zero() -> None:
    done = product.run("call", "calculate_emissions", question().replace("5,", "1e-400,", 1))
    assert done.code == product.INVALID


def test_an_unknown_tool_is_code_4_with_the_closest_name() -> None:
    done = product.run("call", "convert_unit", "{}")
    assert done.code == product.NOT_FOUND
    assert '"convert_units"' in done.err


def test_a_result_never_overflows() -> None:
    done = product.run(
        "call",
        "calculate_emissions",
        json.dumps(
            {
                "activity_value": 1e18,
                "activity_unit": "L",
                "ef_value": 1e300,
                "ef_unit": "kgCO2e/L",
                "scope": 1,
                "ef_source": "x",
            }
        ),
    )
    assert done.code == product.INVALID, done.said
    assert "/ef_value" in done.err


def test_recorded_and_verified(desk: Desk) -> None:
    first = desk.run("call", "calculate_emissions", question(), "--record")
    second = desk.run("call", "calculate_emissions", question(activity_value=6), "--record")
    assert first.code == second.code == product.DONE
    desk.write("first.json", first.out)
    desk.write("second.json", second.out)
    assert json.loads(first.out)["index"] == "0" and json.loads(second.out)["index"] == "1"
    for name in ("first.json", "second.json"):
        done = desk.run("verify", name)
        assert done.code == product.DONE and done.text.endswith("verified\n") and "the same bytes" in done.text
    audit = desk.run("ledger", "--json").json()
    assert audit["entries"] == 2
    assert desk.run("verify", "first.json", "--key", audit["key"]).code == product.DONE
    desk.write("key", (audit["key"] + "\n").encode())
    assert desk.run("verify", "first.json", "--key", "key").code == product.DONE


@pytest.mark.parametrize("member", ["checkpoint", "entry", "inclusion", "index", "key", "kind"])
def test_a_changed_proof_of_an_answer_is_refused(desk: Desk, member: str) -> None:
    desk.run("call", "calculate_emissions", question(), "--record")
    proof = desk.run("call", "calculate_emissions", question(activity_value=7), "--record").json()
    wrong: dict[str, Any] = {
        "checkpoint": proof["checkpoint"].replace("\n2\n", "\n3\n"),
        "entry": proof["entry"].replace('"activity_value":7', '"activity_value":8'),
        "inclusion": ["A" * 43 + "="],
        "index": "0",
        "key": proof["key"][:-4] + "AAAA",
        "kind": "greenlang-proof-2",
    }
    assert wrong[member] != proof[member]
    desk.write(
        "proof.json", json.dumps(proof | {member: wrong[member]}, separators=(",", ":"), sort_keys=True).encode()
    )
    done = desk.run("verify", "proof.json")
    assert done.code in (product.CORRUPT, product.INVALID, product.NOT_FOUND)
    assert "NOT verified" in done.text or "error:" in done.err


# ---- tools and openapi


def test_tools_as_json_have_schemas() -> None:
    listed = product.run("tools", "--json").json()
    assert [tool["name"] for tool in listed["tools"]] == TOOLS
    for tool in listed["tools"]:
        schemas = [value for name, value in tool.items() if "schema" in name.lower()]
        assert len(schemas) == 2, tool.keys()
        for schema in schemas:
            assert schema["type"] == "object" and schema["properties"]
            assert set(schema.get("required", [])) <= set(schema["properties"])


def test_tools_for_people_and_as_markdown() -> None:
    for text in (product.run("tools").text, product.run("tools", "--markdown").text):
        for tool in TOOLS:
            assert tool in text


def references(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(references, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    found = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return found.union(*map(references, node.values())) if node else found


def test_openapi_holds_together() -> None:
    document = product.run("openapi").json()
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert document["info"]["title"] and document["info"]["version"]
    operations = []
    for path, item in document["paths"].items():
        assert path.startswith("/")
        for method, operation in item.items():
            if method not in ("get", "put", "post", "delete", "head", "options", "patch", "trace"):
                assert method in ("parameters", "summary", "description", "servers")
                continue
            assert operation["responses"], path
            for status, response in operation["responses"].items():
                assert re.fullmatch(r"[1-5](\d\d|XX)|default", status)
                assert "$ref" in response or response["description"]
            parameters = item.get("parameters", []) + operation.get("parameters", [])
            assert all(one["in"] != "path" or one["required"] for one in parameters)
            declared = {one["name"] for one in parameters if one["in"] == "path"}
            assert declared == set(re.findall(r"\{(\w+)\}", path)), path
            operations.append(operation.get("operationId"))
    assert len(set(operations)) == len(operations) and all(operations)
    for reference in references(document):
        node = document
        assert reference.startswith("#/")
        for part in reference[2:].split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
    for tool in TOOLS:
        assert f"/v1/tools/{tool}" in document["paths"]


# ---- completion


def completions(script: str, *words: str) -> list[str]:
    line = " ".join(f"'{word}'" for word in words)
    command = f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _fuel_analyzer; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    done = subprocess.run(
        ["bash", "--norc", "-euo", "pipefail", "-c", command], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_completion_loads_in_bash() -> None:
    loaded = subprocess.run(
        ["bash", "--norc", "-c", f"source <('{product.PROGRAM}' completion bash) && complete -p fuel-analyzer"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "_fuel_analyzer" in loaded.stdout and loaded.stderr == ""
    script = product.run("completion", "bash").text
    assert set(completions(script, "fuel-analyzer", "")) >= set(COMMANDS)
    assert completions(script, "fuel-analyzer", "ba") == ["batch"]
    assert completions(script, "fuel-analyzer", "batch", "--wor") == ["--workers"]
    assert "--record" in completions(script, "fuel-analyzer", "call", "--")


def test_completion_after_an_option_with_a_value() -> None:
    script = product.run("completion", "bash").text
    assert completions(script, "fuel-analyzer", "--factors", "own.csv", "ba") == ["batch"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_for_other_shells(shell: str) -> None:
    done = product.run("completion", shell)
    assert done.code == product.DONE
    for command in COMMANDS:
        assert command in done.text


# ---- standard output that takes nothing


@pytest.mark.parametrize(
    "arguments",
    [
        ["call", "calculate_emissions", question()],
        ["call", "calculate_emissions", question(), "--record"],
        ["tools", "--json"],
        ["openapi"],
        ["verify", "out.csv", "--json"],
        ["prove", "out.csv", "--row", "1"],
        ["ledger", "--json"],
        ["batch", "in.csv", "-o", "-"],
        ["batch", "in.csv", "-o", "again.csv", "--json"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_an_answer_that_cannot_be_written_is_not_success(desk: Desk, arguments: list[str]) -> None:
    assert desk.batch(product.HEADER + product.ROW).code == product.DONE
    with pathlib.Path("/dev/full").open("wb") as full:
        done = desk.run(*arguments, stdout=full)
    assert done.code == product.UNAVAILABLE
    assert "error:" in done.err


# ---- health


def test_health_asks_a_server(desk: Desk) -> None:
    with product.serving(desk.ledger) as server:
        port = str(server.port)
        for path in ("/healthz", "/readyz", "/startupz"):
            assert desk.run("health", "--port", port, "--path", path).code == product.DONE
        wrong = desk.run("health", "--port", port, "--path", "/nothing")
        assert wrong.code == product.UNAVAILABLE and "404" in wrong.err
    gone = desk.run("health", "--port", port)
    assert gone.code == product.UNAVAILABLE and "no answer" in gone.err
