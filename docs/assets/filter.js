/* Filters a table of examples. Without a script the table is simply whole.
   The wrapper says in data-db-filter which columns get a choice; a cell may hold several
   words, separated by commas. The choices are kept in the address, so that a filtered
   table can be linked. */
const MANY = 20;
const order = new Intl.Collator("en", { numeric: true }).compare;
for (const box of document.querySelectorAll("[data-db-filter]")) {
  const table = box.querySelector("table");
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows].map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    words: [...row.cells].map((cell) => cell.textContent.split(",").map((w) => w.trim())),
  }));
  const asked = new URLSearchParams(location.search);
  const form = document.createElement("form");
  form.className = "db-filter";
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", "Filter the examples");

  function add(name, field) {
    const label = document.createElement("label");
    label.append(`${name} `, field);
    field.name = name.toLowerCase().replaceAll(" ", "-");
    field.value = asked.get(field.name) ?? "";
    form.append(label);
    return field;
  }

  const search = document.createElement("input");
  search.type = "search";
  add("Words", search);
  // A choice is offered where it divides: between two words or more, and of many words
  // only those of several examples.
  const choices = box.dataset.dbFilter.split(",").flatMap((name) => {
    const column = heads.indexOf(name);
    const uses = new Map();
    for (const word of rows.flatMap((one) => one.words[column])) {
      if (word) uses.set(word, (uses.get(word) ?? 0) + 1);
    }
    if (uses.size < 2) return [];
    const words = [...uses.keys()].filter((word) => uses.size < MANY || uses.get(word) > 1);
    const select = document.createElement("select");
    select.append(new Option("all", ""));
    for (const word of words.sort(order)) select.append(new Option(word, word));
    return [{ column, select: add(name, select) }];
  });
  const count = document.createElement("p");
  count.className = "db-filter__count";
  count.setAttribute("role", "status");

  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of rows) {
      const fits =
        words.every((word) => one.text.includes(word)) &&
        choices.every(
          ({ column, select }) => !select.value || one.words[column].includes(select.value),
        );
      one.row.hidden = !fits;
      shown += fits;
    }
    count.textContent = `${shown} of ${rows.length} examples`;
    const query = new URLSearchParams();
    for (const field of [search, ...choices.map((choice) => choice.select)]) {
      if (field.value) query.set(field.name, field.value);
    }
    const address = query.size ? `?${query}` : location.pathname;
    // A page from the file system has no address that a script may change.
    if (location.protocol !== "file:") history.replaceState(null, "", address + location.hash);
  }

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  box.prepend(form, count);
  apply();
}
