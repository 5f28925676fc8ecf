// The text without its names, as the service masks it: placeholders or other names, and the key.

import { mask, sentence } from "./api.js";
import { places } from "./compare.js";
import { copy, download } from "./formats.js";
import { count, t } from "./i18n.js";
import { STANDALONE } from "./net_source.js";
import { draw } from "./render.js";
import { titleOf } from "./taggers.js";

const PAUSE_MS = 400; // after a correction, before the text is masked again
const MAX_EAGER_ROWS = 12; // rows that are drawn at once even where they are out of sight

const $ = (id) => document.getElementById(id);

export class MaskView {
  /** `onSend` is called when a text is sent that the net in the browser has tagged. */
  constructor(onSend) {
    this.onSend = onSend;
    this.answer = null; // whose entities are hidden
    this.masked = null; // what the service answered to it
    this.allowed = ""; // the text that the reader allowed to be sent
    this.seed = 0; // draws the other names
    this.pending = new AbortController();
    $("mask-open").addEventListener("click", () => this.open());
    $("mask-style").addEventListener("change", () => this.ask());
    $("mask-send").addEventListener("click", () => this.allow());
    $("mask-again").addEventListener("click", () => {
      this.seed++;
      this.ask();
    });
    $("mask-copy").addEventListener("click", () => this.copy());
    $("mask-text").addEventListener("click", () => download(this.masked.text, "masked.txt"));
    $("mask-key").addEventListener("click", () => download(keyLine(this.masked.key), "masked.key"));
  }

  /** Takes the answer whose entities are to be hidden; they are hidden at once if the view is open. */
  choose(answer) {
    this.answer = answer;
    this.pending.abort();
    clearTimeout(this.waiting);
    if ($("mask").hidden) this.show(null);
    else this.waiting = setTimeout(() => this.ask(), this.masked ? PAUSE_MS : 0);
  }

  open() {
    const hidden = !$("mask").hidden;
    $("mask").hidden = hidden;
    $("mask-open").setAttribute("aria-expanded", !hidden);
    if (hidden || !this.answer) return;
    this.ask();
    $("mask").scrollIntoView({ block: "nearest" });
  }

  get style() {
    return $("mask-style").querySelector(":checked").value;
  }

  allow() {
    this.allowed = this.answer.text;
    this.onSend();
    this.ask();
  }

  /** Has the service mask the text, unless it was tagged here and the reader has not allowed that. */
  async ask() {
    const { answer } = this;
    this.pending.abort();
    this.pending = new AbortController();
    const { signal } = this.pending;
    const wants = answer.local && this.allowed !== answer.text;
    $("mask-send").hidden = STANDALONE || !wants;
    $("mask-again").hidden = this.style !== "surrogate" || wants;
    if (STANDALONE || wants) {
      this.show(null);
      return void ($("mask-state").textContent = t(STANDALONE ? "mask_alone" : "mask_sends"));
    }
    $("mask-state").textContent = t("mask_busy");
    try {
      const masked = await mask(this.request(answer), signal);
      this.show(masked);
      const whose = `${t("mask_whose")} ${titleOf(answer.tagger)}`;
      const labels = `${t("mask_labels")} ${masked.labels.join(", ")}`;
      $("mask-state").textContent = [count(masked.entities.length, "n_mentions"), whose, labels].join(" · ");
    } catch (error) {
      if (error.name === "AbortError") return;
      this.show(null);
      $("mask-state").textContent = `${sentence(error)} ${t("mask_off")}`;
    }
  }

  request({ text, entities }) {
    const spans = entities.map(({ start, end, label }) => ({ start, end, label }));
    return { text, entities: spans, offsets: "utf16", style: this.style, seed: this.seed };
  }

  /** Shows a masked text, or none. */
  show(masked) {
    this.masked = masked;
    $("mask-copied").textContent = "";
    for (const id of ["mask-rows", "mask-take"]) $(id).hidden = !masked;
    if (!masked) return $("mask-rows").replaceChildren();
    const rows = draw(masked.text, places([masked.entities]), [""]);
    for (const { marks } of rows) for (const [mark] of marks) plain(mark);
    $("mask-rows").classList.toggle("long", rows.length > MAX_EAGER_ROWS);
    $("mask-rows").replaceChildren(...rows.map((row) => row.element));
  }

  async copy() {
    await copy(this.masked.text);
    $("mask-copied").textContent = t("copied");
  }
}

/** Makes a mark one that can only be read. */
function plain(mark) {
  mark.removeAttribute("role");
  mark.removeAttribute("tabindex");
}

/** Writes a key as the line that `ner-service unmask --key` reads. */
const keyLine = (key) => `${JSON.stringify({ id: "1", key })}\n`;
