"""Fences, snippets and markup of a page that the site would show otherwise."""

from __future__ import annotations

from faults import edit

PITFALLS = "\n## Pitfalls"
INDEX = "docs/index.md"
RUN = "scenario: default\n"


def before_pitfalls(name: str, text: str, message: str, down: int = 1, **more) -> None:
    """Register a text above the last section as a fault, and on the home page."""
    new = f"\n{text}\n{PITFALLS}"
    edit(name, "page", PITFALLS, new, message, down=down, **more)
    home = f"# Home\n\n{text}\n"
    more = {"page": False} | {key: more[key] for key in more if key == "also"}
    edit(f"{name}_at_home", INDEX, "", home, message, down=down + 1, **more)


# Fences

for written, words in (
    ("runn", "a fence “runn” that nothing draws"),
    ("Run", "a run fence that begins with “Run”"),
    ("RUN", "a run fence that begins with “RUN”"),
    ("{.run}", "a run fence that begins with “{.run}”"),
    ("{ .graph }", "a graph fence that begins with"),
    (".run", "a run fence that begins with “.run”"),
    ("run default", "a run fence that begins with “run default”"),
    ('run title="x"', "a run fence that begins with"),
    ("run {.wide}", "a run fence that begins with"),
    ("schedul", "a fence “schedul” that nothing draws"),
    ("dagbook-header", "a fence “dagbook-header” that nothing draws"),
):
    before_pitfalls(
        f"fence_{written}",
        f"```{written}\n{RUN}```",
        words,
        also="no example|twice|recorded results|unknown key|is missing|snippet",
    )
before_pitfalls(
    "fence_of_tildes", f"~~~ runn\n{RUN}~~~", "a fence “runn” that nothing draws"
)
before_pitfalls(
    "fence_in_a_quote", "> ```runn\n> scenario: x\n> ```", "a fence “runn” that nothing"
)
before_pitfalls(
    "fence_in_a_list", "- A\n\n    ```runn\n    a: b\n    ```", "a fence “runn”", down=3
)
before_pitfalls(
    "fence_in_an_admonition",
    '!!! note "A"\n\n    ```runn\n    a: b\n    ```',
    "a fence “runn”",
    down=3,
)
before_pitfalls(
    "quote_that_ends_in_a_fence",
    "> ```run\nscenario: default\n```\n\n```text\n```",
    "a fence that is not closed",
    also="a fence|section|pasted",
)
edit(
    "fence_not_closed",
    INDEX,
    "",
    "# Home\n\n```run\na: b\n",
    "not closed",
    page=False,
    down=2,
)
for written in ("state", "timelines", "logs:a"):
    before_pitfalls(
        f"show_{written}",
        f"```run\nscenario: default\nshow: ['{written}']\n```",
        f"cannot show '{written}'|no example",
        also="recorded results|no example",
    )

# Snippets

before_pitfalls(
    "snippet_outside_a_fence",
    '--8<-- "mkdocs.yml"',
    "a snippet outside a fence",
    also="a snippet",
)
before_pitfalls(
    "snippet_in_a_quote",
    '> --8<-- "mkdocs.yml"',
    "a snippet outside a fence",
    also="a snippet",
)
before_pitfalls(
    "snippet_of_the_lock",
    '```text\n--8<-- "requirements.lock"\n```',
    "a snippet of requirements.lock",
    also="does not exist|code block",
    down=2,
)

# Markup that could run or load something

for name, text, words in (
    ("svg", "<svg/onload=alert(1)>", "raw “<svg”"),
    ("details", "<details open ontoggle=alert(1)>x</details>", "attribute “ontoggle”"),
    ("image_element", "<img src=x onerror=alert(1)>", "raw “<img”"),
    ("image_unfinished", "<img src=x\n onerror=alert(1)>", "raw “<img”"),
    ("capitals", "<ScRiPt>alert(1)</sCrIpT>", "raw “<script”"),
    ("script_in_script", "<script><svg onload=x></script>", "raw “<s"),
    ("style", "<style>p{}</style>", "raw “<style”"),
    ("style_attribute", '<p style="position:fixed">x</p>', "attribute “style”"),
    ("frame", '<iframe srcdoc="x"></iframe>', "raw “<iframe”"),
    ("form", "<form action=https://x.example><input></form>", "raw “<"),
    ("video", "<video src=x.mp4 onerror=x></video>", "raw “<video”"),
    ("math", "<math><mtext></mtext></math>", "raw “<m"),
    ("meta", '<meta http-equiv="refresh" content="0">', "raw “<meta”"),
    ("base", "<base href=https://x.example>", "raw “<base”"),
    ("own_element", "<x-y onclick=z>a</x-y>", "raw “<x-y”|attribute “onclick”"),
    ("pointer", '<a href="#" onpointerenter="x">a</a>', "“onpointerenter”"),
    ("link_element", '<a href="javascript:x">a</a>', "an address with “javascript:”"),
    ("link", "[a](javascript:alert(1))", "an address with “javascript:”"),
    ("link_in_capitals", "[a](JaVaScRiPt:x)", "an address with “javascript:”"),
    ("link_in_entities", "[a](java&#115;cript:x)", "an address with “javascript:”"),
    ("link_to_data", "[a](data:text/html;base64,eA==)", "an address with “data:”"),
    ("link_by_reference", "[a][b]\n\n[b]: vbscript:x", "an address with “vbscript:”"),
    ("image", "![a](https://x.example/a.png)", "an image of another host"),
    ("image_without_scheme", "![a](//x.example/a.png)", "an image of another host"),
    (
        "image_by_reference",
        "![a][b]\n\n[b]: https://x.example",
        "an image by reference",
    ),
    ("attributes", "Words.\n{ onmouseover=alert(1) }", "attribute “onmouseover”"),
    ("attributes_colon", "*a*{: onclick='x' }", "attribute “onclick”"),
    ("attributes_style", "*a*{ style='x' }", "attribute “style”"),
    ("attributes_of_a_link", "[a](#b){ target=x ping=y }", "“target”|“ping”"),
    ("attributes_of_code", "``` { .sh onclick=x }\nls\n```", "attribute “onclick”"),
    ("declaration", "<!DOCTYPE html>", "raw “<!DOCTYPE”"),
    ("instruction", "<?php x ?>", "raw “<\\?”"),
    ("placeholder", "Write <name> here.", "raw “<name”"),
    ("after_code", "`` a ` <svg onload=x> ` b", "raw “<svg”"),
    ("after_a_backslash", "\\\\` a ` <svg onload=x> `", "raw “<svg”"),
    ("after_code_of_two_lines", "`a\nb ` <svg onload=x> `", "raw “<svg”"),
    ("in_two_items", "- ` <svg onload=x>\n- `", "raw “<svg”"),
    ("in_a_table", "| a |\n|---|\n| <img src=x> |", "raw “<img”"),
    ("in_a_footnote", "[^1]: <img src=x onerror=y>", "raw “<img”"),
    ("after_a_comment", "<!-- a --!><script>x</script> -->", "a comment with “--!>”"),
    ("after_no_comment", "<!--><script>x</script> -->", "a comment with “<!-->”"),
):
    rest = "the attribute|raw|an address|reference|code block|pasted|section"
    lower = text.split("\n\n")[-1]
    down = 1 + text.count("\n", 0, text.index(lower)) if " [a][b]" in f" {text}" else 1
    down += text.startswith(("Words.\n", "`a\n")) + 2 * text.startswith("| a")
    before_pitfalls(f"active_{name}", text, words, also=rest, down=down)
edit(
    "active_attributes_of_a_heading",
    "page",
    PITFALLS,
    "\n## Pitfalls { onclick=x }",
    "attribute “onclick”",
    down=1,
    also="section",
)
edit(
    "active_related",
    "page",
    'related: ["',
    'related: ["[<img src=x onerror=y>](https://x.example)", "',
    "raw “<img”",
    also="links|attribute",
)
edit(
    "active_title_of_another_page",
    INDEX,
    "",
    '---\ntitle: \'<img src="x" onerror="y">\'\n---\n\n# Home\n',
    "raw “<img”",
    page=False,
    down=1,
    also="the attribute",
)
