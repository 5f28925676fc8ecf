// The panel for copying the result: a tab for each format, a preview, and a button that copies all of it.

import { sentence } from "./api.js";
import { FORMATS, copy, download } from "./formats.js";
import { number, t } from "./i18n.js";
import { beginning } from "./names.js";
import { linkTo } from "./permalink.js";
import { element } from "./render.js";
import { titleOf } from "./taggers.js";

const MAX_PREVIEW = 4_000; // characters
const LONG = 50_000; // characters of a text that takes a while to write
const PAUSE_MS = 400;

const $ = (id) => document.getElementById(id);

export class CopyPanel {
  /** `local` is the net that runs here. */
  constructor(local) {
    this.local = local;
    this.answers = [];
    this.format = "JSON";
    this.onChoice = () => {}; // hears which answer is chosen
    this.tabs = Object.keys(FORMATS).map((format) => this.tab(format));
    $("formats").append(...this.tabs);
    $("formats").addEventListener("keydown", (event) => this.key(event));
    $("which").addEventListener("change", () => this.draw());
    $("copy").addEventListener("click", () => this.copy());
    $("download").addEventListener("click", () => this.download());
    $("link").addEventListener("click", () => this.link());
  }

  tab(format) {
    const tab = element("button", "tab", { type: "button", role: "tab", "aria-controls": "preview" }, format);
    tab.addEventListener("click", () => {
      this.format = format;
      this.draw();
    });
    return tab;
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = this.tabs.filter((tab) => !tab.hidden);
    const next = tabs.at((tabs.indexOf(event.target) + step) % tabs.length);
    next.click();
    next.focus();
    event.preventDefault();
  }

  /** Offers these answers for copying; the reader picks one of several. */
  show(answers) {
    this.answers = answers;
    const before = $("which").value;
    const names = answers.map(({ tagger }) => tagger);
    $("which").replaceChildren(...names.map((name) => element("option", "", { value: name }, titleOf(name))));
    if (names.includes(before)) $("which").value = before;
    $("whose").hidden = names.length < 2;
    this.draw();
  }

  get answer() {
    return this.answers.find(({ tagger }) => tagger === $("which").value);
  }

  /** Draws the panel; the preview of a long text waits until the reader pauses. */
  draw() {
    const { answer } = this;
    if (answer.local && FORMATS[this.format].service) this.format = "JSON";
    for (const tab of this.tabs) {
      tab.hidden = Boolean(answer.local && FORMATS[tab.textContent].service);
      const on = tab.textContent === this.format;
      tab.setAttribute("aria-selected", on);
      tab.tabIndex = on ? 0 : -1;
    }
    const { ending } = FORMATS[this.format];
    $("download").hidden = !ending;
    $("taken").textContent = answer.corrected ? t(ending ? "taken_corrected" : "taken_request") : "";
    $("copied").textContent = "";
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.preview(), answer.text.length > LONG ? PAUSE_MS : 0);
    this.onChoice(answer);
  }

  /** Returns an answer in the chosen format, or the sentence of what went wrong. */
  async written(answer = this.answer) {
    try {
      return await FORMATS[this.format].write(answer, this.local);
    } catch (error) {
      return sentence(error);
    }
  }

  /** Shows the beginning; of a long text no more is written for it. */
  async preview() {
    const { format, answer } = this;
    const isLong = answer.text.length > LONG;
    const value = await this.written(isLong ? beginning(answer, MAX_PREVIEW) : answer);
    if (format !== this.format || answer !== this.answer) return; // the reader has chosen another since
    const rest = value.length - MAX_PREVIEW;
    const cut = isLong ? t("cut_long") : t("cut") + number(rest);
    $("preview").textContent = isLong || rest > 0 ? `${value.slice(0, MAX_PREVIEW)}\n${cut}` : value;
  }

  /** Copies an address that holds the text and the choice of the tagger. */
  async link() {
    const [first, ...others] = this.answers;
    const link = linkTo(first.request.text, others.length ? "" : first.tagger);
    if (link) await copy(link);
    $("copied").textContent = t(link ? "copied" : "link_long");
  }

  async download() {
    const { ending } = FORMATS[this.format];
    const name = this.answer.corrected ? "ner-corrected" : "ner";
    download(await this.written(), `${name}.${ending}`);
  }

  async copy() {
    await copy(await this.written());
    $("copied").textContent = t("copied");
  }
}
