/* Runs in the worker of the search, before the theme's own script.

   The theme finds beginnings of words in title and text. Here the parts of names
   become a field of their own, and a question becomes the words that matter, so that people find a page by
   their own words, by an error message and by any part of a name.

   lunr and its two filters are what the theme's worker makes public. */
const BETWEEN = /[\s\-,:;!?=\[\](){}<>"'`/|…“”’$@#&*+^~\\]+|(?<!\w)\.|\.(?!\w)/;
// Words of questions that say nothing about the answer, besides lunr's own.
const EMPTY = new Set(
  "airflow airflows apache don doesn isn t s want need please work works".split(" "),
);
// Words that lunr drops, but that say who, or which of several.
const TELLING = new Set(["who", "only"]);
let known = new Set();

/* The parts of a name: map_index, airflow.sdk.task.branch, TriggerDagRunOperator. */
function parts(name) {
  const found = [];
  for (const word of name.split(/[._]+/)) {
    const humps = word.split(/(?<=[a-z0-9])(?=[A-Z])/);
    for (let first = 0; first < humps.length; first++) {
      for (let last = first + 1; last <= humps.length; last++) {
        found.push(humps.slice(first, last).join(""));
      }
    }
  }
  return found.filter((part) => part && part !== name);
}

function words(text) {
  const plain = text.replace(/<[^>]+>/g, " ").replace(/&\w+;/g, " ");
  return plain.split(BETWEEN).filter(Boolean);
}

function prepare({ docs }) {
  known = new Set();
  for (const doc of docs) {
    const own = new Set(words([doc.title, doc.text, doc.questions, doc.names].join(" ")));
    for (const word of own) known.add(word.toLowerCase());
    doc.parts = [...new Set([...own].flatMap(parts))].join(" ");
  }
}

const lower = (word) => word.toLowerCase();
const telling = (word) => lunr.stopWordFilter(lower(word)) && !EMPTY.has(lower(word));

/* A name that no page has becomes the longest of its parts that one has. */
function asked(word) {
  if (known.has(lower(word))) return [word];
  const some = parts(word).filter((part) => known.has(lower(part)) && telling(part));
  const longest = some.filter(
    (part) => !some.some((other) => other !== part && other.includes(part)),
  );
  return longest.length ? longest : [word];
}

function terms(query) {
  const all = query.split(BETWEEN).filter(Boolean);
  const some = all.filter(telling);
  const exact = new Set((some.length ? some : all).flatMap(asked));
  const found = [...exact].map((word) => {
    const weight = /[._\d]/.test(word) ? 4 : 2;
    return `${lunr.stemmer(new lunr.Token(lower(word)))}^${weight}`;
  });
  // The word that is being typed may be the beginning of another one.
  const last = query.endsWith(" ") ? "" : lower(all.at(-1) ?? "");
  return [...found, ...(last && !known.has(last) ? [last] : [])].join(" ");
}

addEventListener("message", ({ data: message }) => {
  if (message.type === 0) {
    stems();
    prepare(message.data);
  }
  if (message.type === 2) message.data = terms(message.data);
});

/* Keeps telling words, and makes lunr's stemmer one that leaves a stem alone: the
   theme compares stems of the question with those of the index. Names have none. */
function stems() {
  const once = lunr.stemmer;
  lunr.stemmer = (token) => {
    for (let before = ""; before !== `${token}` && !/[._\d]/.test(token); ) {
      before = `${token}`;
      token = once(token);
    }
    return token;
  };
  lunr.Pipeline.registerFunction(lunr.stemmer, "stems");
  const usual = lunr.stopWordFilter;
  lunr.stopWordFilter = (token) => (TELLING.has(`${token}`) ? token : usual(token));
  lunr.Pipeline.registerFunction(lunr.stopWordFilter, "words");
}
if (typeof importScripts === "function") {
  importScripts(decodeURIComponent(location.search.slice(1)));
}
