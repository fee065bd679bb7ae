/* The worker that searches, and its index, are asked for when somebody wants to search.

   The worker runs `search.js` before the theme's script. Browsers refuse a worker whose
   script lies on file://. There, a hidden frame runs the scripts and passes messages as
   a worker would. */
const OURS = new URL("search.js", document.currentScript.src).href;

/* Resolves at the first touch of the search, or at once for an address with a query. */
const wanted = new Promise((resolve) => {
  const field = document.querySelector("[data-md-component=search-query]");
  const asked = new URLSearchParams(location.search).has("q");
  if (asked || field === document.activeElement) resolve();
  field?.addEventListener("focus", resolve, { once: true });
  document.querySelector("#__search")?.addEventListener("change", resolve, { once: true });
});

window.XMLHttpRequest = class extends XMLHttpRequest {
  open(method, url, ...rest) {
    this.late = url.endsWith("/search_index.json");
    super.open(method, url, ...rest);
  }

  send(body) {
    if (this.late) wanted.then(() => super.send(body));
    else super.send(body);
  }
};

class Frame extends EventTarget {
  constructor(urls) {
    super();
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.title = "Search";
    document.body.append(frame);
    const inner = frame.contentWindow;
    const waiting = [];
    this.postMessage = (data) => waiting.push(data);
    inner.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
    const scripts = urls.map((src) => {
      const script = frame.contentDocument.createElement("script");
      return Object.assign(script, { src, async: false });
    });
    scripts.at(-1).onload = () => {
      this.postMessage = (data) =>
        inner.dispatchEvent(new inner.MessageEvent("message", { data }));
      waiting.splice(0).forEach(this.postMessage);
    };
    frame.contentDocument.body.append(...scripts);
  }
}

/* What the theme takes for its worker: the real one is made for the first message. */
const RealWorker = window.Worker;
window.Worker = class extends EventTarget {
  constructor(url) {
    super();
    this.url = new URL(url, location.href).href;
  }

  postMessage(message) {
    this.real ??= this.start();
    this.real.postMessage(message);
  }

  start() {
    const real =
      location.protocol === "file:"
        ? new Frame([OURS, this.url])
        : new RealWorker(`${OURS}?${encodeURIComponent(this.url)}`);
    real.addEventListener("message", ({ data }) =>
      this.dispatchEvent(new MessageEvent("message", { data })),
    );
    return real;
  }
};
