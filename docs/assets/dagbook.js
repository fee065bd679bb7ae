/* The copy button of an example puts the text of the whole file on the clipboard.
   Without a script the button stays hidden; the download needs none. */
async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "db-sr";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("the browser did not copy");
}

for (const button of document.querySelectorAll("[data-db-copy]")) {
  const words = button.querySelector(".db-copy__words");
  const before = words.textContent;
  const status = button.parentElement.querySelector("[data-db-copied]");
  let timer = 0;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const code = document.querySelector(`#${button.dataset.dbCopy} code`);
    let answer = "Copied";
    try {
      await copy(code.textContent);
    } catch {
      answer = "Not copied: use the download";
    }
    words.textContent = answer;
    status.textContent = answer;
    clearTimeout(timer);
    timer = setTimeout(() => {
      words.textContent = before;
      status.textContent = "";
    }, 2500);
  });
}

/* The theme puts a nav without a name around each button that copies a block. A page has
   dozens; as landmarks they would hide the real ones. */
function unmark() {
  for (const nav of document.querySelectorAll(".md-code__nav:not([role])")) {
    nav.setAttribute("role", "none");
  }
}
unmark();
new MutationObserver(unmark).observe(document.body, { childList: true, subtree: true });
