/* Browsers refuse a worker whose script lies on file://. The search needs one: there,
   a hidden frame runs the script and passes messages as a worker would. */
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.title = "Search";
      document.body.append(frame);
      const inner = frame.contentWindow;
      const waiting = [];
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
      this.frame = frame;
    }

    set onmessage(listener) {
      this.addEventListener("message", listener);
    }

    set onerror(listener) {
      this.addEventListener("error", listener);
    }

    postMessage(data) {
      this.deliver(data);
    }

    terminate() {
      this.frame.remove();
    }
  };
}
