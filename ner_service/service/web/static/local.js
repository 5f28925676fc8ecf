// The net that runs in this browser: its worker, and the answers in the form of the service's.

import { Problem, fetchNet } from "./api.js";
import { t } from "./i18n.js";
import { startWorker } from "./net_source.js";

/** The name of the choice among the taggers; no tagger of a service has an `@` in front. */
export const HERE = "@browser";

/** The worker with the net; it is loaded when it is first asked for. */
export class LocalNet {
  constructor() {
    this.calls = new Map(); // of the worker that have no answer yet, by number
    this.count = 0;
    this.loading = null;
    this.info = null;
  }

  /** Loads the net once; rejects with a `Problem` where that fails, and tries anew the next time. */
  load() {
    this.loading ??= this.start().catch((error) => {
      this.loading = null;
      throw error;
    });
    return this.loading;
  }

  async start() {
    const buffer = await fetchNet();
    this.worker = startWorker();
    this.worker.onmessage = ({ data }) => this.settle(data);
    this.worker.onerror = () => {
      for (const id of this.calls.keys()) this.settle({ id, error: "worker" });
    };
    this.info = await this.call("load", { buffer }, [buffer]);
    return this.info;
  }

  /** Has the worker do something; `onShare` hears which share is done. */
  call(call, parameters = {}, transfer = [], onShare = () => {}) {
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      this.calls.set(id, { resolve, reject, onShare });
      this.worker.postMessage({ id, call, ...parameters }, transfer);
    });
  }

  settle({ id, done, error, share }) {
    const { resolve, reject, onShare } = this.calls.get(id) ?? {};
    if (!resolve) return;
    if (share !== undefined) return void onShare(share);
    this.calls.delete(id);
    if (error) reject(new Problem(t("error_net")));
    else resolve(done);
  }

  /** Tags a text; the answer has the form of `tag` in api.js, and `local` true. */
  async tag(text, signal, onShare) {
    await this.load();
    const began = performance.now();
    signal.addEventListener("abort", () => this.worker.postMessage({ call: "cancel", which: id }));
    const pending = this.call("tag", { text }, [], onShare);
    const id = this.count;
    const answer = await pending;
    if (!answer || signal.aborted) throw new DOMException("another text was asked for", "AbortError");
    const entities = answer.entities.map((entity) => ({ ...entity, normal: null }));
    return {
      tagger: HERE,
      local: true,
      request: { text, tagger: HERE },
      entities,
      names: namesOf(entities),
      ms: performance.now() - began,
      taggingMs: answer.ms,
      tokens: answer.tokens,
    };
  }
}

/** Joins mentions that are written alike: base forms are the service's to tell. */
function namesOf(entities) {
  const names = new Map();
  entities.forEach(({ label, text }, n) => {
    const key = `${label} ${text.toLowerCase()}`;
    if (!names.has(key)) names.set(key, { label, normal: null, parts: null, mentions: [] });
    names.get(key).mentions.push(n);
  });
  return [...names.values()];
}
