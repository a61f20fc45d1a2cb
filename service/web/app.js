// The page: sends a note, shows the codes beside it. Data goes into the page as text only.

const REASONS = {
  negated: "The note says it is absent.",
  family: "It concerns a relative, not the patient.",
  historical: "It is in the past and no longer present.",
  uncertain: "It is not confirmed. On this claim only confirmed diagnoses are coded.",
  hypothetical: "It is mentioned as something that might happen, not as present.",
  integral: "It is a symptom of a diagnosis that is already coded.",
  planned: "It is planned and has not been done.",
  other_person: "It concerns another person, not the patient.",
  ruled_out: "It was looked for and ruled out.",
  excludes1: "The code set bars it together with another code of this note.",
  superseded: "A more specific or combined code says the same.",
  not_billable: "It is a heading of the code set, not a code that can be billed.",
  not_valid_on_date: "It was not valid on the date of service.",
};
const REASON_TITLES = {
  negated: "absent", family: "family history", historical: "in the past", uncertain: "uncertain",
  hypothetical: "hypothetical", integral: "part of a diagnosis", planned: "planned",
  other_person: "another person", ruled_out: "ruled out", excludes1: "excluded by another code",
  superseded: "superseded", not_billable: "not billable", not_valid_on_date: "not valid on the date",
};
const ROLES = {
  "first-listed": "First-listed", principal: "Principal diagnosis",
  secondary: "Secondary", procedure: "Procedure",
};
// These say something of the code set; the others, which come first, of the patient.
const FORMAL = new Set(["integral", "excludes1", "superseded", "not_billable", "not_valid_on_date"]);
const LEVELS = { error: "Error", warning: "Warning", info: "Note" };
const REVIEW_SHOWN = 5;
const POLL_MS = 1000;

const byId = (id) => document.getElementById(id);
const form = byId("form");
const textBox = byId("text");
const marked = byId("marked");
const output = byId("output");
let latest = null; // {raw, result} of the note shown
let turn = 0; // counts what was asked, so that a late answer to an earlier question is dropped

/** An element with properties and children; strings become text nodes, never markup. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") element.className = value;
    else if (name.includes("-") || name === "for" || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const words = (label) => label.replaceAll("_", " ");
const percent = (share) =>
  (share > 0.995 && share < 1 ? ">99%" : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`);

// --- The note with its evidence --------------------------------------------------------------

/** Every stretch of evidence: where it lies in code points, and which card it belongs to. */
function stretches(cards) {
  return cards.flatMap((card) =>
    card.evidence.map(({ start, end }) => ({ start, end, card })).filter((s) => s.end > s.start));
}

/**
 * Show the text with its evidence. Offsets count code points while JavaScript counts UTF-16 units,
 * so the text is taken apart into code points first. Stretches may overlap: the text is cut at
 * every boundary, and each piece knows all its cards.
 */
function showMarked(text, cards) {
  const points = Array.from(text);
  const all = stretches(cards);
  const cuts = new Set([0, points.length]);
  for (const { start, end } of all) cuts.add(start).add(end);
  const edges = [...cuts].filter((cut) => cut <= points.length).sort((a, b) => a - b);
  const starting = groupByStart(all);
  let open = [];
  const pieces = [];
  for (let i = 0; i + 1 < edges.length; i += 1) {
    const [from, to] = [edges[i], edges[i + 1]];
    open = [...open.filter((s) => s.end > from), ...(starting.get(from) ?? [])];
    const piece = points.slice(from, to).join("");
    pieces.push(open.length ? markPiece(piece, open) : document.createTextNode(piece));
  }
  marked.replaceChildren(...pieces);
  marked.scrollTop = 0;
}

function groupByStart(all) {
  const groups = new Map();
  for (const stretch of all) {
    if (!groups.has(stretch.start)) groups.set(stretch.start, []);
    groups.get(stretch.start).push(stretch);
  }
  return groups;
}

function markPiece(piece, open) {
  const cards = [...new Set(open.map((s) => s.card))];
  const kind = ["accept", "review", "rejected"].find((k) => cards.some((c) => c.kind === k));
  const mark = make("mark", { class: `ev ${kind}`, title: cards.map((c) => c.label).join("\n") }, piece);
  for (const card of cards) card.marks.push(mark);
  mark.addEventListener("mouseenter", () => link(cards, true));
  mark.addEventListener("mouseleave", () => link(cards, false));
  mark.addEventListener("click", () => {
    const card = cards[0];
    card.reveal();
    card.element.scrollIntoView({ block: "nearest" });
    card.element.focus({ preventScroll: true });
  });
  return mark;
}

function link(cards, on) {
  for (const card of cards) card.element.classList.toggle("linked", on);
}

/** Light up the words of a card, and bring the first of them into sight within the note. */
function light(card, on) {
  for (const mark of card.marks) mark.classList.toggle("active", on);
  const [first] = card.marks;
  if (!on || !first) return;
  const above = first.offsetTop < marked.scrollTop;
  const below = first.offsetTop + first.offsetHeight > marked.scrollTop + marked.clientHeight;
  if (above || below) marked.scrollTop = first.offsetTop - marked.clientHeight / 3;
}

// --- Cards -----------------------------------------------------------------------------------

/** A card with its evidence, tied to the words of the note. */
function newCard(kind, item, label, children) {
  const element = make("li", { class: `card ${kind}`, tabIndex: 0 }, ...children);
  const card = { kind, label, evidence: item.evidence, element, marks: [], reveal: () => {} };
  element.addEventListener("mouseenter", () => light(card, true));
  element.addEventListener("mouseleave", () => light(card, element.contains(document.activeElement)));
  element.addEventListener("focusin", () => light(card, true));
  element.addEventListener("focusout", () => light(card, false));
  return card;
}

function suggestionCard(s) {
  const kind = s.decision;
  const place = s.sequence ?? "";
  const head = make("div", { class: "card-head" },
    kind === "accept" ? make("span", { class: "place", title: "Place on the claim" }, String(place)) : null,
    make("span", { class: "code" }, s.code),
    s.system === "ICD-10-CM" ? null : make("span", { class: "system" }, s.system),
    make("span", { class: `chip ${kind}` }, kind === "accept" ? "Accept" : "Review"),
    kind === "accept" ? make("span", { class: "chip plain" }, ROLES[s.role] ?? words(s.role)) : null,
    s.auto ? make("span", { class: "chip plain", title: "Probability meets the 95% precision threshold" }, "High confidence") : null,
    chance(s.probability));
  return newCard(kind, s, `${s.code} ${s.display}`, [
    head,
    make("p", { class: "display" }, s.display),
    quotes(s.evidence),
    proof(s),
  ]);
}

function chance(probability) {
  const filled = make("i");
  filled.style.width = `${probability * 100}%`;
  return make("span", { class: "chance", title: "Calibrated probability" },
    make("span", { class: "bar-of", "aria-hidden": "true" }, filled), make("span", {}, make("span", { class: "visually-hidden" }, "probability "), percent(probability)));
}

function quotes(evidence) {
  const seen = new Set();
  const lines = [];
  for (const e of evidence) {
    const where = [e.section === "none" ? null : words(e.section), e.assertions.map(words).join(", ")];
    const about = where.filter(Boolean).join(" · ");
    const key = `${e.text}\n${about}`;
    if (seen.has(key)) continue;
    seen.add(key);
    lines.push(make("li", {}, make("q", {}, e.text), make("span", { class: "where" }, about)));
  }
  return lines.length ? make("ul", { class: "quotes" }, ...lines) : null;
}

function proof(s) {
  if (!s.proof.length && !s.alternatives.length) return null;
  const steps = s.proof.map((step) => make("li", {},
    make("span", { class: "kind" }, words(step.kind)),
    make("span", { class: "ref" }, step.ref, make("span", { class: "source" }, step.source))));
  const others = s.alternatives.map((a) => make("li", {},
    make("span", { class: "code" }, a.code), make("span", {}, a.display), chance(a.probability)));
  return make("details", {},
    make("summary", {}, `Why ${s.code}`),
    make("ol", { class: "proof" }, ...steps),
    others.length ? make("div", { class: "others" },
      make("p", { class: "muted" }, "Also considered for these words"), make("ul", {}, ...others)) : null);
}

function rejectionCard(r) {
  const title = REASON_TITLES[r.reason] ?? words(r.reason);
  return newCard("rejected", r, `Not coded: ${r.display} (${title})`, [
    make("div", { class: "card-head" },
      make("span", { class: "display" }, r.display),
      make("span", { class: "chip rejected" }, title),
      make("span", { class: "system" }, r.code)),
    make("p", { class: "why" }, REASONS[r.reason] ?? words(r.reason)),
    quotes(r.evidence),
  ]);
}

// --- Groups ----------------------------------------------------------------------------------

function group(title, count, note, ...body) {
  const id = `group-${title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
  const heading = make("h3", { id }, title, make("span", { class: "count" }, String(count)));
  return make("section", { class: "group", "aria-labelledby": id },
    heading, note ? make("p", {}, note) : null, ...body);
}

/** The cards beyond the first few stay folded until asked for. */
function folding(cards, shown) {
  const list = make("ol", {}, ...cards.map((card) => card.element));
  const rest = cards.slice(shown);
  if (rest.length < 2) return [list];
  const more = make("button", { class: "quiet", type: "button" }, `Show ${rest.length} more`);
  const reveal = () => {
    for (const card of rest) card.element.hidden = false;
    more.remove();
  };
  for (const card of rest) {
    card.element.hidden = true;
    card.reveal = reveal;
  }
  more.addEventListener("click", () => {
    reveal();
    rest[0].element.focus();
  });
  return [list, more];
}

function findingLine(f) {
  const codes = f.codes.length ? `${f.codes.join(", ")}: ` : "";
  return make("li", { class: "finding", "data-level": f.severity },
    make("span", { class: "level" }, LEVELS[f.severity] ?? f.severity),
    make("span", {}, codes + f.message, make("span", { class: "citation" }, `${f.rule} · ${f.citation}`)));
}

function queryCard(q) {
  return newCard("review", { evidence: q.indicators }, `Question on ${q.code}`, [
    make("div", { class: "card-head" },
      make("span", { class: "code" }, q.code), make("span", { class: "chip plain" }, `missing: ${words(q.missing)}`)),
    make("p", { class: "display" }, q.text),
    quotes(q.indicators),
  ]);
}

const inClaimOrder = (a, b) => (a.sequence ?? Infinity) - (b.sequence ?? Infinity) || a.rank - b.rank;
const accepted = (result) =>
  result.suggestions.filter((s) => s.decision === "accept").sort(inClaimOrder);

function showResult(text, raw, result) {
  latest = { raw, result };
  const reported = accepted(result).map(suggestionCard);
  const review = result.suggestions.filter((s) => s.decision !== "accept").map(suggestionCard);
  const formal = (r) => Number(FORMAL.has(r.reason));
  const rejected = [...result.rejected].sort((a, b) => formal(a) - formal(b)).map(rejectionCard);
  const queries = result.queries.map(queryCard);
  const groups = [
    group("Reported", reported.length, reported.length ? "In the order of the claim." :
      "No code meets the threshold to be reported.", make("ol", {}, ...reported.map((c) => c.element))),
  ];
  if (review.length) groups.push(group("For review", review.length,
    "Less certain, in order of probability: for a coder to accept or leave.", ...folding(review, REVIEW_SHOWN)));
  if (queries.length) groups.push(group("Questions to the provider", queries.length, null,
    make("ul", {}, ...queries.map((c) => c.element))));
  if (rejected.length) groups.push(group("Seen but not coded", rejected.length, null,
    make("ul", {}, ...rejected.map((c) => c.element))));
  if (result.findings.length) groups.push(group("Findings", result.findings.length, null,
    make("ul", {}, ...result.findings.map(findingLine))));
  output.replaceChildren(...groups);
  showMarked(text, [...reported, ...review, ...queries, ...rejected]);
  showProvenance(result);
  show("output");
  byId("results").focus({ preventScroll: true });
  byId("said").textContent =
    `${reported.length} codes reported, ${review.length} for review, ${rejected.length} seen but not coded.`;
}

function showProvenance({ provenance, note_sha256: sha }) {
  const sets = Object.entries(provenance.codesets).map(([name, release]) => `${name} ${release}`);
  const parts = [provenance.software, `model ${provenance.model}`, ...sets,
    `configuration ${provenance.config_sha256.slice(0, 12)}`, `note ${sha.slice(0, 12)}`];
  byId("provenance").textContent = parts.join(" · ");
}

// --- States ----------------------------------------------------------------------------------

/** Show one of: empty, waiting, error, output. */
function show(which) {
  for (const id of ["empty", "waiting", "error", "output"]) byId(id).hidden = id !== which;
  byId("actions").hidden = which !== "output";
  byId("results").setAttribute("aria-busy", String(which === "waiting"));
  byId("go").disabled = which === "waiting";
  byId("stale").hidden = true;
  reading(which === "output");
}

/** Show the note marked up, or as text to edit. */
function reading(on) {
  byId("reader").hidden = !on;
  byId("editor").hidden = on;
  document.querySelector(".note-pane").classList.toggle("reading", on);
}

function showError(title, message) {
  byId("error").replaceChildren(make("strong", {}, title), message);
  show("error");
}

function request() {
  const data = new FormData(form);
  const optional = ["claim", "service_date"].filter((name) => data.get(name));
  return {
    id: "page",
    text: textBox.value,
    setting: data.get("setting"),
    ...Object.fromEntries(optional.map((name) => [name, data.get(name)])),
  };
}

async function suggest() {
  const asked = request();
  if (!asked.text.trim()) {
    showError("There is no note yet.", "Paste a note, or choose one of the samples.");
    textBox.focus();
    return;
  }
  if (!byId("service_date").validity.valid) {
    showError("The service date is not complete.", "Give day, month and year, or clear it.");
    byId("service_date").focus();
    return;
  }
  turn += 1;
  const mine = turn;
  show("waiting");
  byId("said").textContent = "Reading the note.";
  try {
    const answer = await fetch("/v1/suggestions", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(asked),
    });
    const raw = await answer.text();
    if (mine !== turn) return;
    if (answer.ok) showResult(asked.text, raw, JSON.parse(raw));
    else refuse(answer.status, JSON.parse(raw).error);
  } catch (problem) {
    if (mine !== turn) return;
    if (problem instanceof TypeError) {
      showError("The service cannot be reached.", "Check that it is running, then try again.");
    } else {
      showError("The answer could not be read.", "Try again; if it happens again, tell whoever runs this service.");
    }
  }
}

function refuse(status, error) {
  const titles = {
    413: "The note is too long.",
    422: "The request cannot be used as it is.",
    503: "The service cannot answer just now.",
  };
  showError(titles[status] ?? "The note could not be coded.", `${error.message}.`);
  const field = form.elements.namedItem(error.field ?? "");
  if (field instanceof HTMLElement) field.focus();
}

async function pollStatus() {
  const status = byId("status");
  try {
    const answer = await fetch("/readyz");
    const said = await answer.json();
    if (said.ready) {
      const sets = Object.entries(said.provenance.codesets).map(([name, release]) => `${name} ${release}`);
      status.dataset.state = "ready";
      status.textContent = `Ready · ${sets.join(", ")}`;
      return;
    }
    const loading = said.missing.every((what) => what.endsWith("still loading"));
    status.dataset.state = loading ? "loading" : "failed";
    status.textContent = loading ? "Loading the engine" : said.missing.join("; ");
  } catch {
    status.dataset.state = "failed";
    status.textContent = "The service cannot be reached";
  }
  setTimeout(pollStatus, POLL_MS);
}

async function offerSamples() {
  const answer = await fetch("/static/samples.json");
  if (!answer.ok) return;
  for (const sample of await answer.json()) {
    const button = make("button", { class: "quiet", type: "button" }, sample.title);
    button.addEventListener("click", () => {
      reading(false);
      textBox.value = sample.request.text;
      form.elements.namedItem("setting").value = sample.request.setting;
      byId("claim").value = sample.request.claim ?? "";
      byId("service_date").value = sample.request.service_date ?? "";
      suggest();
    });
    byId("samples").append(button);
  }
}

// --- Actions ---------------------------------------------------------------------------------

async function copyCodes() {
  const codes = accepted(latest.result).map((s) => s.code).join("\n");
  const button = byId("copy");
  try {
    await navigator.clipboard.writeText(codes);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Copying was not allowed";
  }
  byId("said").textContent = button.textContent;
  setTimeout(() => { button.textContent = "Copy codes"; }, 2000);
}

function download() {
  const address = URL.createObjectURL(new Blob([latest.raw], { type: "application/json" }));
  const anchor = make("a", { href: address, download: "chartcode-result.json" });
  anchor.click();
  URL.revokeObjectURL(address);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  suggest();
});
form.addEventListener("input", () => {
  byId("stale").hidden = output.hidden;
});
textBox.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !byId("go").disabled) {
    form.requestSubmit();
  }
});
byId("edit").addEventListener("click", () => {
  reading(false);
  textBox.focus();
});
byId("copy").addEventListener("click", copyCodes);
byId("download").addEventListener("click", download);

pollStatus();
offerSamples();
