// Where the net comes from: the service, or the page itself where it is one file.

const embedded = (id) => document.getElementById(id)?.textContent;

/** Whether the page is one file that holds all it needs, and has no service. */
export const STANDALONE = Boolean(embedded("net-data"));

/** Whether the net can run here. */
export const HAS_NET = STANDALONE || Boolean(document.body.dataset.net);

/** Returns the bytes of the net that the page holds itself. */
export function embeddedNet() {
  const binary = atob(embedded("net-data"));
  const bytes = new Uint8Array(binary.length);
  for (let n = 0; n < binary.length; n++) bytes[n] = binary.charCodeAt(n);
  return bytes.buffer;
}

/** Starts the worker that runs the net. */
export function startWorker() {
  if (!STANDALONE) return new Worker("web/net/worker.js", { type: "module" });
  const source = new Blob([embedded("net-worker")], { type: "text/javascript" });
  return new Worker(URL.createObjectURL(source));
}
