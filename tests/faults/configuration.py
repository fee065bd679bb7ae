"""Faults of ``mkdocs.yml``: what the site cannot do without, and words nobody knows."""

from __future__ import annotations

import re

from tree import Tree

from faults import edit, fault

for name, old, new, words in (
    ("fence_lost", "name: run\n", "name: ran\n", "the fence “run” is missing"),
    ("hook_lost", "hooks/mkdocs_hook.py", "hooks/x.py", "the hook is missing"),
    (
        "generated_lost",
        "hooks/gen_files.py",
        "hooks/x.py",
        "the script of generated",
    ),
    ("key_of_another_name", "site_name:", "site_nam:", "unknown key “site_nam”"),
    ("configuration_no_yaml", "site_name:", "site_name: [", "is not YAML"),
):
    edit(name, "mkdocs.yml", old, new, words, page=False, down=int("[" in new))


@fault("the fence “.*” is missing", page=False)
def fences_lost(tree: Tree) -> str:
    text = tree.read("mkdocs.yml")
    tree.write("mkdocs.yml", re.sub(r"\n +custom_fences:\n(?: {8,}.*\n)+", "\n", text))
    return "mkdocs.yml"


@fault("the hook is missing", page=False)
def hooks_lost(tree: Tree) -> str:
    text = tree.read("mkdocs.yml")
    tree.write("mkdocs.yml", re.sub(r"\nhooks:\n(?: +- .*\n)+", "\n", text))
    return "mkdocs.yml"


for name, old, new, words in (
    ("plugin", "- search:", "- serch:", "unknown plugin “serch” — write search"),
    ("extension", "- attr_list", "- atr_list", "unknown extension “atr_list” — write"),
    ("theme", "name: material", "name: materiel", "unknown theme “materiel” — write"),
    ("formatter", "render.draw", "render.drow", r"there is no .*fences\.render\.drow"),
    ("module", "name:dagbook.", "name:dogbook.", r"there is no dogbook\.fences"),
    ("tag", "site_name:", "x: !!python/object/apply:os.system [ls]\nsite_name:", "tag"),
    ("twice", "site_name:", "site_name: x\nsite_name:", "“site_name” .* twice"),
):
    down = int(name == "twice")
    words = f"(?s){words}"
    edit(f"configuration_{name}", "mkdocs.yml", old, new, words, page=False, down=down)

edit("configuration_empty", "mkdocs.yml", "", "", "no configuration", page=False)
edit("configuration_a_list", "mkdocs.yml", "", "- a\n", "no configuration", page=False)


@fault("there is no such file", page=False)
def configuration_lost(tree: Tree) -> str:
    tree.path("mkdocs.yml").unlink()
    return "mkdocs.yml"
