// The panel that shows how the net decides about one sentence, live while the reader changes it.

import { sentence } from "./api.js";
import { number, t } from "./i18n.js";
import { hue } from "./palette.js";
import { element } from "./render.js";

const PAUSE_MS = 150; // after a key, before the changed sentence is read
const MOST_RIVALS = 4; // of a span
const FEWEST = 0.005; // a smaller share of a probability is not shown

const $ = (id) => document.getElementById(id);

const percent = (share) => number(share, { style: "percent", maximumFractionDigits: share < 0.1 ? 1 : 0 });

/** Says what a tag means: that of `B-PER` is the first word of a person's name. */
const meaning = (tag) => (tag === "O" ? t("why_O") : `${t(`why_${tag[0]}`)} ${tag.slice(2)}`);

export class Why {
  /** `local` is the net that runs here. */
  constructor(local) {
    this.local = local;
    this.forbidden = [];
    this.asked = null; // {text, at}: where the sentence stands, until the reader changes it
    this.count = 0;
    $("why-open").addEventListener("click", () => this.open());
    $("why-text").addEventListener("input", () => this.edit());
    $("why-reset").addEventListener("click", () => this.allowAll());
    $("why-map").addEventListener("click", ({ target }) => this.forbid(target.closest("button")));
    $("why-map").addEventListener("keydown", (event) => this.move(event));
  }

  /** Takes the sentence at a place of a text; it is explained at once if the panel is open. */
  choose(text, at) {
    this.asked = { text, at };
    this.forbidden = [];
    this.fresh = true;
    if (!$("why").hidden) this.explain();
  }

  open() {
    const hidden = !$("why").hidden;
    $("why").hidden = hidden;
    $("why-open").setAttribute("aria-expanded", !hidden);
    if (hidden || !this.asked) return;
    this.explain();
    $("why").scrollIntoView({ block: "nearest" });
  }

  edit() {
    this.asked = { text: $("why-text").value, at: 0 };
    this.forbidden = this.forbidden.filter(({ token }) => token === null); // the numbers have moved
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.explain(), PAUSE_MS);
  }

  allowAll() {
    this.forbidden = [];
    this.explain();
  }

  /** Forbids a tag at a token or everywhere, or allows it again. */
  forbid(button) {
    if (!button) return;
    const { tag } = button.dataset;
    const token = button.dataset.token === undefined ? null : Number(button.dataset.token);
    const same = (each) => each.tag === tag && each.token === token;
    const others = this.forbidden.filter((each) => !same(each));
    this.forbidden = others.length < this.forbidden.length ? others : [...others, { tag, token }];
    this.explain(`[data-tag="${CSS.escape(tag)}"]${token === null ? ":not([data-token])" : `[data-token="${token}"]`}`);
  }

  /** Explains the sentence and draws it; the element of a selector has the focus then. */
  async explain(focus) {
    const mine = ++this.count;
    $("why-state").textContent = this.local.info ? "" : t("here_loading");
    try {
      await this.local.load();
      const explained = await this.local.call("explain", { ...this.asked, forbidden: this.forbidden });
      if (mine !== this.count) return; // the reader has changed something since
      $("why-state").textContent = explained ? "" : t("error_empty");
      if (explained) this.draw(explained);
      if (focus) $("why-map").querySelector(focus)?.focus();
    } catch (error) {
      $("why-state").textContent = sentence(error);
    }
  }

  draw(explained) {
    const { places } = explained;
    if (this.fresh) $("why-text").value = this.asked.text.slice(places[0][0], places.at(-1)[1]);
    this.fresh = false;
    $("why-reset").hidden = !this.forbidden.length;
    $("why-map").replaceChildren(this.map(explained));
    $("why-paths").replaceChildren(...paths(explained));
    const { spans } = explained;
    const at = spans.find((span) => places[span.end - 1][1] > this.asked.at) ?? spans[0];
    $("why-spans").replaceChildren(...spans.map((span) => this.span(span, explained, at.start)));
    if (!explained.spans.length) $("why-spans").append(element("p", "quiet", {}, t("names_none")));
  }

  /** Draws the probability of each tag (a row) at each token (a column). */
  map({ tags, words, probabilities, best, second }) {
    const head = element("tr", "", {}, element("td"), ...words.map((word) => element("th", "", { scope: "col" }, word)));
    const rows = tags.map((tag, id) => {
      const off = this.isForbidden(tag, null);
      const all = element("button", "all", { type: "button", "data-tag": tag, "aria-pressed": off, title: meaning(tag) }, tag);
      const cells = words.map((word, token) => {
        const share = probabilities[token][id];
        const classes = ["cell-button"];
        if (best.tags[token] === tag) classes.push("best");
        if (second && second.tags[token] === tag && best.tags[token] !== tag) classes.push("second");
        const pressed = off || this.isForbidden(tag, token);
        const button = element("button", classes.join(" "), {
          type: "button",
          tabindex: -1,
          "data-tag": tag,
          "data-token": token,
          "aria-pressed": pressed,
          "aria-label": `${word}: ${tag} ${percent(share)}`,
        });
        button.title = `${tag}: ${percent(share)}`;
        button.style.setProperty("--share", `${Math.round(100 * share)}%`);
        button.append(share >= FEWEST ? String(Math.round(100 * share)) : "");
        return element("td", "", {}, button);
      });
      return element("tr", tag === "O" ? "" : hue(tag.slice(2)), {}, element("th", "", { scope: "row" }, all), ...cells);
    });
    const table = element("table", "lattice", {}, element("thead", "", {}, head), element("tbody", "", {}, ...rows));
    table.querySelector(".cell-button").tabIndex = 0;
    return table;
  }

  isForbidden(tag, token) {
    return this.forbidden.some((each) => each.tag === tag && each.token === token);
  }

  /** Moves the keyboard's focus within the map. */
  move(event) {
    const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
    const step = steps[event.key];
    const cell = event.target.closest("td, th");
    if (!step || !cell) return;
    const next = $("why-map").querySelectorAll("tbody tr")[cell.parentElement.rowIndex - 1 + step[0]]?.cells[cell.cellIndex + step[1]];
    next?.firstElementChild?.focus();
    event.preventDefault();
  }

  /** Draws an entity: its rivals, and what it owes to which word and character. */
  span({ start, end, label, score, probability, rivals, words: falls, chars }, { words }, chosen) {
    const text = (from, to) => words.slice(from, to).join(" ");
    const title = element("summary", "", {}, element("span", `tag ${hue(label)}`, {}, label), ` ${text(start, end)} `, element("b", "", {}, percent(score)));
    const named = (rival) => (rival.label === null ? t("why_nothing") : `${rival.label} «${text(rival.start, rival.end)}»`);
    const lines = [{ name: `${label} «${text(start, end)}»`, share: probability }];
    for (const rival of rivals.slice(0, MOST_RIVALS)) lines.push({ name: named(rival), share: rival.probability });
    const bars = lines.map(({ name, share }) => {
      const bar = element("meter", "", { min: 0, max: 1, value: share, "aria-label": name });
      return element("li", "", {}, element("span", "", {}, name), bar, element("span", "n", {}, percent(share)));
    });
    const most = Math.max(0.01, ...falls.map(Math.abs), ...chars.flat().map(Math.abs));
    const shaded = (part, fall) => {
      const made = element("span", fall >= 0 ? "supports" : "opposes", { title: signed(fall) }, part);
      made.style.setProperty("--share", `${Math.round((100 * Math.abs(fall)) / most)}%`);
      return made;
    };
    const sentenceLine = element("p", "occluded", {}, ...words.flatMap((word, n) => [shaded(word, falls[n]), " "]));
    const letters = words.slice(start, end).flatMap((word, n) => [...Array.from(word, (char, k) => shaded(char, chars[n][k])), " "]);
    const order = falls.map((fall, n) => ({ word: words[n], fall })).sort((a, b) => Math.abs(b.fall) - Math.abs(a.fall));
    const told = order.slice(0, 3).map(({ word, fall }) => `${word} ${signed(fall)}`).join(", ");
    const open = start === chosen ? { open: "" } : {};
    return element(
      "details", "", open, title,
      element("ul", "rivals", {}, ...bars),
      element("p", "quiet", {}, `${t("why_words")} ${told}`), sentenceLine,
      element("p", "quiet", {}, t("why_chars")), element("p", "occluded letters", {}, ...letters),
    );
  }
}

const signed = (fall) => number(-100 * fall, { maximumFractionDigits: 1, signDisplay: "exceptZero" });

/** Draws the two best paths: the second where it differs from the first. */
function paths({ words, best, second }) {
  const line = (name, path, other) => {
    const shown = words.flatMap((word, n) => {
      if (other ? other.tags[n] === path.tags[n] : path.tags[n] === "O") return [];
      return [element("span", "step", {}, `${word} `, element("b", "", {}, path.tags[n])), " "];
    });
    const figures = `${percent(path.probability)}, ${t("why_score")} ${number(path.score, { maximumFractionDigits: 2 })}`;
    const none = element("span", "quiet", {}, t("why_all_O"));
    return element("p", "", {}, element("b", "", {}, `${name} `), `(${figures}): `, ...(shown.length ? shown : [none]));
  };
  const lines = [line(t("why_best"), best, null)];
  lines.push(second ? line(t("why_second"), second, best) : element("p", "quiet", {}, t("why_only")));
  return lines;
}
