/* Two things about the worker that searches.

   People paste error messages. The search reads some signs of them as operators, and
   `ValueError: …` as a field it does not have: so these signs become blanks. It also
   takes each word as a beginning: in a message, words such as "a" would find everything.

   Browsers refuse a worker whose script lies on file://. There, a hidden frame runs the
   script and passes messages as a worker would. */
function asWords(message) {
  if (message.type !== 2 || typeof message.data !== "string") return message;
  const words = message.data.replace(/[:^~*+\\]|(^|\s)-+/g, " ").split(/\s+/);
  const long = words.filter((word) => word.length > 3);
  return { ...message, data: (long.length > 2 ? long : words).join(" ") };
}

class FrameWorker extends EventTarget {
  constructor(url) {
    super();
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.title = "Search";
    document.body.append(frame);
    const inner = frame.contentWindow;
    const waiting = [];
    this.frame = frame;
    this.deliver = (data) => waiting.push(data);
    inner.postMessage = (data) =>
      this.dispatchEvent(new MessageEvent("message", { data }));
    const script = frame.contentDocument.createElement("script");
    script.src = url;
    script.onload = () => {
      this.deliver = (data) =>
        inner.dispatchEvent(new inner.MessageEvent("message", { data }));
      waiting.splice(0).forEach(this.deliver);
    };
    script.onerror = () => this.dispatchEvent(new Event("error"));
    frame.contentDocument.body.append(script);
  }

  set onmessage(listener) {
    this.addEventListener("message", listener);
  }

  set onerror(listener) {
    this.addEventListener("error", listener);
  }

  postMessage(message) {
    this.deliver(asWords(message));
  }

  terminate() {
    this.frame.remove();
  }
}

window.Worker =
  location.protocol === "file:"
    ? FrameWorker
    : class extends Worker {
        postMessage(message, ...rest) {
          super.postMessage(asWords(message), ...rest);
        }
      };
