"""Markdown from a page's HTML."""

from __future__ import annotations

import pytest

from dagbook.site import styles, to_markdown


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            '<h2 id="a">One<a class="headerlink" href="#a">#</a></h2><p>Two</p>',
            "## One\n\nTwo",
        ),
        ("<p>a <code>b_c</code>  and\n<strong>d</strong></p>", "a `b_c` and\n**d**"),
        ("<ul><li><p>a</p></li><li>b</li></ul>", "- a\n- b"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        (
            '<div class="language-python highlight"><pre><span></span><code>if x:\n\n\n'
            '    <span class="n">y</span>\n</code></pre></div>',
            "```python\nif x:\n\n\n    y\n```",
        ),
        (
            "<table><thead><tr><th>a</th><th>b</th></tr></thead>"
            "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
            "| a | b |\n| --- | --- |\n| 1 | 2 |",
        ),
        ("<p>x<svg><title>no</title><g/></svg><button>no</button>y</p>", "xy"),
        ('<details class="db-evidence"><p>no<br>no</p></details><p>y</p>', "y"),
        (
            "<dl><dt>a</dt><dd><pre>1</pre></dd></dl><pre>x\n\n\ny\n</pre>",
            "a\n:   ```\n    1\n    ```\n\n```\nx\n\n\ny\n```",
        ),
        ('<p><a href="b.html">b</a> &lt;tag&gt;</p>', "[b](b.html) <tag>"),
    ],
)
def test_convert(html: str, text: str) -> None:
    assert to_markdown.convert(html) == f"{text}\n"


def test_a_stylesheet_is_made_small() -> None:
    css = "/* no */\n.a,\n.b {\n  color: red;\n  margin: calc(1px + 2px);\n}\n"
    assert styles.small(css) == ".a,.b{color:red;margin:calc(1px + 2px)}"
