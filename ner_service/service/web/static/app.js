// The page: reacts to the reader and draws what follows.

import { measured, sentence, tag, taggers, useKey } from "./api.js";
import { EXAMPLES } from "./examples.js";
import { openFile } from "./file.js";
import { count, currentLanguage, number, switchLanguage, t, translate } from "./i18n.js";
import { History } from "./history.js";
import { HERE, LocalNet } from "./local.js";
import { recall, remember } from "./memory.js";
import { HAS_NET, STANDALONE } from "./net_source.js";
import { linked } from "./permalink.js";
import { element } from "./render.js";
import { Result } from "./result.js";
import { chooser, figures, figuresNote } from "./taggers.js";

const $ = (id) => document.getElementById(id);

const state = {
  taggers: [],
  measured: { corpora: [], taggers: [] },
  choice: recall("tagger"), // of a tagger, if the reader has made one
  source: "", // the text as a file had it: a text area turns every line end into \n
  pending: new AbortController(),
};
const local = new LocalNet();
const history = new History();
const result = new Result(local);

function text() {
  const typed = $("text").value;
  return state.source.replace(/\r\n?/g, "\n") === typed ? state.source : typed;
}

function put(value) {
  state.source = value;
  $("text").value = value;
  measure();
}

const measure = () => ($("size").value = count(pointsIn(text()), "n_chars"));

/** Counts code points without a list of them, which 1 MB would make slow to type in. */
function pointsIn(typed) {
  return typed.length - (typed.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

const say = (sentence) => ($("problem").textContent = sentence);

/** Returns the names of the chosen taggers: one, all that are loaded, or none yet. */
function chosen() {
  const name = new FormData($("ask")).get("tagger");
  if (name) return [name]; // perhaps the net that runs here
  return name === "" ? state.taggers.filter((each) => each.loaded).map((each) => each.name) : [];
}

/** Returns whether a tagger finds any labels that it is asked for. */
const isOpen = (name) => state.taggers.some((each) => each.name === name && each.open_labels);

/** Returns the labels that the reader wrote as a request has them, or nothing for the tagger's own. */
function labelsSought() {
  const labels = $("sought-labels").value.split(/[,;]/).map((label) => label.trim()).filter(Boolean);
  return labels.length ? { labels: [...new Set(labels)] } : {};
}

/** Tags the text and scrolls to the answer. */
async function submit() {
  if (await mayDiscard()) await answerAndReveal();
}

/** Tags another text. */
async function replace(value) {
  if (!(await mayDiscard())) return;
  put(value);
  await answerAndReveal();
}

async function answerAndReveal() {
  const answered = await ask();
  if (answered) result.reveal();
}

/** Returns whether the result may go: it is not corrected, or the reader lets the corrections go. */
async function mayDiscard() {
  if (!result.isCorrected) return true;
  if ($("losing").open) return false;
  $("losing").returnValue = "keep";
  $("losing").showModal();
  await new Promise((resolve) => $("losing").addEventListener("close", resolve, { once: true }));
  return $("losing").returnValue === "lose";
}

/** Tags the text, whatever stands there; returns whether there is an answer. */
async function ask() {
  state.pending.abort();
  state.pending = new AbortController();
  const { signal } = state.pending;
  const asked = text();
  say("");
  const requests = chosen().map((tagger) => ({
    ...{ text: asked, tagger, offsets: "utf16", normal: true },
    ...(isOpen(tagger) && labelsSought()),
  }));
  if (!asked.trim() || !requests.length) {
    say(t(requests.length ? "error_empty" : "error_not_ready"));
    return false;
  }
  showBusy(true);
  const settled = await Promise.allSettled(requests.map((request) => answer(request, signal)));
  if (signal.aborted) return false;
  showBusy(false);
  const answers = settled.filter((each) => each.value).map((each) => each.value);
  const failed = settled.flatMap((each, n) => (each.reason ? [[requests[n], each.reason]] : []));
  const several = requests.length > 1;
  say(failed.map(([{ tagger }, e]) => (several ? `${tagger}: ${sentence(e)}` : sentence(e))).join(" "));
  if (answers.length) {
    remembered(asked);
    result.show(asked, answers, knownTaggers());
  } else {
    result.hide(); // what stands there is no answer to this
  }
  return answers.length > 0;
}

/** Asks the service, or the net that runs here, which says how far it has come. */
function answer(request, signal) {
  if (request.tagger !== HERE) return tag(request, signal);
  const submit = $("submit").firstElementChild;
  if (!local.info) submit.textContent = t("here_loading");
  return local.tag(request.text, signal, (share) => {
    if (!signal.aborted) submit.textContent = t("here_share") + number(share, { style: "percent" });
  });
}

/** Returns the taggers of the service, and the net that runs here once it is loaded. */
function knownTaggers() {
  if (!local.info) return state.taggers;
  const { labels, scoreKind, version } = local.info;
  return [...state.taggers, { name: HERE, version, labels, score_kind: scoreKind, loaded: true }];
}

const isBusy = () => document.body.classList.contains("busy");

/** Shows whether an answer is awaited. */
function showBusy(busy) {
  document.body.classList.toggle("busy", busy);
  $("result").setAttribute("aria-busy", busy);
  $("submit").firstElementChild.textContent = t(busy ? "busy" : "submit");
}

/** Adds a text to the history, and shows which ways there are. */
function remembered(tagged) {
  history.add(tagged);
  $("back").hidden = !history.has(-1);
  $("forth").hidden = !history.has(1);
}

/** Brings back a text that was tagged before or after this one. */
async function travel(step) {
  if (!history.has(step) || !(await mayDiscard())) return;
  put(history.go(step));
  await answerAndReveal();
}

/** Opens a file and tags it. */
async function tagFile(file) {
  try {
    const { text, note } = await openFile(file);
    if (!(await mayDiscard())) return;
    put(text);
    await answerAndReveal();
    if (note) say(`${$("problem").textContent} ${note}`.trim());
  } catch (error) {
    say(sentence(error));
  }
}

/** Asks for the list of taggers until each has loaded or failed. */
async function listTaggers() {
  try {
    state.taggers = await taggers();
  } catch (error) {
    $("key").hidden = error.code !== "unauthorized";
    return say(sentence(error));
  }
  drawTaggers();
  if (state.taggers.some((each) => !each.loaded && !each.error)) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await listTaggers();
  }
}

function drawTaggers() {
  $("taggers").replaceChildren($("taggers").firstElementChild);
  $("taggers").append(...chooser(state.taggers, state.measured, state.choice, HAS_NET));
  $("how").hidden = !figures(state.taggers, state.measured);
  $("figures-note").textContent = figuresNote(state.taggers, state.measured);
  showSought();
}

/** Shows the field of labels where a chosen tagger finds any. */
const showSought = () => ($("sought").hidden = !chosen().some(isOpen));

function drawExamples() {
  const buttons = EXAMPLES.map((example) => {
    const button = element("button", "chip", { type: "button" }, example[currentLanguage()]);
    button.addEventListener("click", () => replace(example.text));
    return button;
  });
  $("examples").replaceChildren(...buttons);
}

function showFigures() {
  $("figures").replaceChildren(figures(state.taggers, state.measured));
  const { machine } = state.measured;
  const what = machine?.replace(/ \([^)]*\)/gu, "").split(";")[0]; // without features, loads, commits
  $("machine").textContent = what ? `${t("how_machine")}${what}` : "";
  $("measured").showModal();
}

const THEMES = ["auto", "light", "dark"];
const ICONS = { auto: "◐", light: "☀\ufe0e", dark: "☾" };

function drawTheme() {
  const now = document.documentElement.dataset.theme ?? "auto";
  $("theme").textContent = ICONS[now];
  $("theme").title = `${t("theme")}: ${t(`theme_${now}`)}`;
  $("theme").setAttribute("aria-label", $("theme").title);
}

function switchTheme() {
  const { dataset } = document.documentElement;
  const next = THEMES[(THEMES.indexOf(dataset.theme ?? "auto") + 1) % THEMES.length];
  if (next === "auto") delete dataset.theme;
  else dataset.theme = next;
  remember("theme", next === "auto" ? null : next);
  drawTheme();
}

function drawAll() {
  drawTheme();
  drawExamples();
  drawTaggers();
  measure();
  result.draw();
}

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
$("taggers").addEventListener("change", async ({ target }) => {
  if (!(await mayDiscard())) return drawTaggers(); // with the choice as it was
  state.choice = target.value;
  remember("tagger", target.value);
  showSought();
  if (text().trim()) ask(); // the answer beside a choice is always that choice's
});
$("sought-labels").addEventListener("change", ({ target }) => remember("sought", target.value || null));
$("text").addEventListener("input", () => {
  measure();
  result.markStale(text());
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || !event.altKey) return;
  event.preventDefault();
  travel(step);
});
$("text").addEventListener("paste", () => setTimeout(submit));
$("back").addEventListener("click", () => travel(-1));
$("forth").addEventListener("click", () => travel(1));
$("clear").addEventListener("click", async () => {
  if (!(await mayDiscard())) return;
  state.pending.abort();
  showBusy(false);
  put("");
  say("");
  result.hide();
  $("text").focus();
});
$("file").addEventListener("change", ({ target }) => {
  if (target.files.length) tagFile(target.files[0]);
  target.value = "";
});
$("language").addEventListener("click", () => {
  switchLanguage();
  drawAll();
});
$("theme").addEventListener("click", switchTheme);
$("how").addEventListener("click", showFigures);

const holdsFile = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (!holdsFile(event)) return;
  event.preventDefault();
  $("drop").hidden = false;
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) $("drop").hidden = true;
});
document.addEventListener("drop", (event) => {
  if (!holdsFile(event)) return;
  event.preventDefault();
  $("drop").hidden = true;
  tagFile(event.dataTransfer.files[0]);
});

$("key").addEventListener("submit", (event) => {
  event.preventDefault();
  useKey(new FormData($("key")).get("key"));
  say("");
  $("key").hidden = true;
  begin();
});

/** Lists the taggers, and tags the text that stands there when the page opens. */
async function begin() {
  if (state.choice === HERE && HAS_NET) ask(); // sends nothing
  if (!STANDALONE) await listTaggers();
  if (chosen().length && !result.shown && !isBusy() && !$("problem").textContent) ask();
}

addEventListener("beforeunload", (event) => {
  if (result.isCorrected) event.preventDefault();
});

/** Tags the text of an address that was opened in this very page. */
addEventListener("hashchange", async () => {
  const linkedHere = linked();
  if (!linkedHere || !(await mayDiscard())) return;
  state.choice = linkedHere.tagger ?? state.choice;
  drawTaggers();
  put(linkedHere.text);
  await answerAndReveal();
});

const own = linked(); // what the page's address asks for goes before what the reader chose last
if (own) state.choice = own.tagger ?? state.choice;
translate();
$("sought-labels").value = recall("sought") ?? "";
drawAll();
put(own?.text ?? EXAMPLES[0].text);
if (!STANDALONE) {
  measured().then((figures) => {
    state.measured = figures;
    drawTaggers();
  });
}
begin();
