// A result as groups: reported, asked, found by rules, for review, seen but not coded.

import { queryCard, rejectionCard, suggestionCard } from "./cards.js";
import { byId, make } from "./dom.js";
import { showMarked } from "./note.js";
import { claimLine, isProcedure, isVisit, tellsLevel } from "./procedures.js";

// These say something of the code set; the others, which come first, of the patient.
const FORMAL = new Set(["integral", "excludes1", "superseded", "not_billable", "not_valid_on_date"]);
const LEVELS = { error: "Error", warning: "Warning", info: "Note" };
const NOT_CHECKED = "edit.not-checked";
const REVIEW_SHOWN = 5;

const inClaimOrder = (a, b) =>
  Number(isProcedure(a)) - Number(isProcedure(b)) || Number(isVisit(b)) - Number(isVisit(a))
  || (a.sequence ?? Infinity) - (b.sequence ?? Infinity) || a.rank - b.rank;
const accepted = (result) => result.suggestions.filter((s) => s.decision === "accept").sort(inClaimOrder);

/** The reported codes as lines to take elsewhere: diagnoses, then procedures with modifiers and units. */
export const claimLines = (result) => accepted(result).map(claimLine).join("\n");

/** Fill the page with a result; gives the sentence that tells of it. */
export function fill(output, text, result) {
  const points = Array.from(text);
  const diagnoses = new Map();
  const asked = { points, result, cardOf: (code) => diagnoses.get(code) };
  const reported = accepted(result).map((s) => suggestionCard(s, asked));
  const review = result.suggestions.filter((s) => s.decision !== "accept").map((s) => suggestionCard(s, asked));
  for (const card of [...review, ...reported]) if (!card.procedure) diagnoses.set(card.code, card);
  const rejected = [...result.rejected]
    .sort((a, b) => Number(FORMAL.has(a.reason)) - Number(FORMAL.has(b.reason)))
    .map((r) => Object.assign(rejectionCard(r), { procedure: isProcedure(r) }));
  const queries = result.queries.map(queryCard);
  output.replaceChildren(...[
    group("Reported", reported.length, reported.length ? null : "No code meets the threshold to be reported.",
      ...twoLists(reported, { diagnosesNote: "in the order of the claim" })),
    group("Questions to the provider", queries.length, null, list(queries)),
    findingsGroup(result),
    group("For review", review.length, "Less certain, in order of probability: for a coder to accept or leave.",
      ...twoLists(review, { shown: REVIEW_SHOWN })),
    group("Seen but not coded", rejected.length, null, ...twoLists(rejected)),
  ].filter((each, place) => each && (place === 0 || each.dataset.count !== "0")));
  showMarked(points, [...reported, ...review, ...queries, ...rejected]);
  showProvenance(result);
  return `${reported.length} codes reported, ${review.length} for review, ${rejected.length} seen but not coded.`;
}

/** Diagnoses and procedures apart, each under its heading. */
function twoLists(cards, { shown = Infinity, diagnosesNote = null } = {}) {
  const parts = [
    ["Diagnoses", cards.filter((card) => !card.procedure), diagnosesNote],
    ["Procedures and services", cards.filter((card) => card.procedure), null],
  ].filter(([, some]) => some.length);
  return parts.flatMap(([title, some, note]) => [
    make("h4", {}, title, make("span", { class: "count" }, String(some.length)),
      note ? make("span", { class: "note" }, note) : null),
    ...folding(some, shown),
  ]);
}

function group(title, count, note, ...body) {
  const id = `group-${title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
  const heading = make("h3", { id }, title, make("span", { class: "count" }, String(count)));
  return make("section", { class: "group", "aria-labelledby": id, "data-count": String(count) },
    heading, note ? make("p", {}, note) : null, ...body);
}

const list = (cards) => make("ol", {}, ...cards.map((card) => card.element));

/** The cards beyond the first few stay folded until asked for. */
function folding(cards, shown) {
  const rest = cards.slice(shown);
  if (rest.length < 2) return [list(cards)];
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
  return [list(cards), more];
}

/** The gravest first. What no loaded file could check is folded under one line. */
function findingsGroup(result) {
  const told = result.findings.filter((f) => !tellsLevel(f, result.suggestions));
  const order = Object.keys(LEVELS);
  const lines = told.filter((f) => f.rule !== NOT_CHECKED)
    .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const unchecked = told.filter((f) => f.rule === NOT_CHECKED);
  return group("Findings", told.length, null,
    make("ul", {}, ...lines.map(findingLine)), unchecked.length ? uncheckedLine(unchecked) : null);
}

function uncheckedLine(findings) {
  const names = findings.map((f) => f.message.split(/ (?:not checked|checked in part)/)[0]);
  return make("details", { class: "unchecked" },
    make("summary", {}, `Not checked: ${[...new Set(names)].join(", ")}`),
    make("ul", {}, ...findings.map(findingLine)));
}

function findingLine(f) {
  const unnamed = f.codes.filter((code) => !f.message.includes(code));
  const codes = unnamed.length ? `${unnamed.join(", ")}: ` : "";
  return make("li", { class: "finding", "data-level": f.severity },
    make("span", { class: "level" }, LEVELS[f.severity] ?? f.severity),
    make("span", {}, codes + f.message, make("span", { class: "citation" }, `${f.rule} · ${f.citation}`)));
}

function showProvenance({ provenance, note_sha256: sha }) {
  const sets = Object.entries(provenance.codesets).map(([name, release]) => `${name} ${release}`);
  const parts = [provenance.software, `model ${provenance.model}`, ...sets,
    `configuration ${provenance.config_sha256.slice(0, 12)}`, `note ${sha.slice(0, 12)}`];
  byId("provenance").textContent = parts.join(" · ");
}
