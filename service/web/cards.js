// A card for every code: suggested, asked about, or seen and not coded.

import { chance, make, words } from "./dom.js";
import { light } from "./note.js";
import { axesTable, claimCode, isProcedure, isVisit, supportLine, visitTable } from "./procedures.js";

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
const PROCEDURE_REASONS = {
  ...REASONS,
  negated: "It was declined or not done.",
  historical: "It was done before this encounter.",
  uncertain: "The note does not say for certain that it was done.",
  hypothetical: "It is mentioned as something that might be done.",
  integral: "It is part of a procedure that is already coded.",
};
const REASON_TITLES = {
  negated: "absent", family: "family history", historical: "in the past", uncertain: "uncertain",
  hypothetical: "hypothetical", integral: "part of a diagnosis", planned: "planned",
  other_person: "another person", ruled_out: "ruled out", excludes1: "excluded by another code",
  superseded: "superseded", not_billable: "not billable", not_valid_on_date: "not valid on the date",
};
const PROCEDURE_TITLES = {
  ...REASON_TITLES,
  negated: "not done", historical: "done before", hypothetical: "not done", integral: "part of a procedure",
};
const ROLES = { "first-listed": "First-listed", principal: "Principal diagnosis", secondary: "Secondary" };

/** A card with its evidence, tied to the words of the note. */
function newCard(kind, evidence, label, children) {
  const element = make("li", { class: `card ${kind}`, tabIndex: 0 }, ...children);
  const card = { kind, label, evidence, element, marks: [], reveal: () => {} };
  element.addEventListener("mouseenter", () => light(card, true));
  element.addEventListener("mouseleave", () => light(card, element.contains(document.activeElement)));
  element.addEventListener("focusin", () => light(card, true));
  element.addEventListener("focusout", () => light(card, false));
  return card;
}

/** A suggestion. `cardOf` finds the card of a diagnosis by its code once all are there. */
export function suggestionCard(s, { points, result, cardOf }) {
  const reported = s.decision === "accept";
  const placed = reported && !isProcedure(s);
  const head = make("div", { class: "card-head" },
    placed ? make("span", { class: "place", title: "Place on the claim" }, String(s.sequence ?? "")) : null,
    make("span", { class: "code" }, claimCode(s)),
    s.units > 1 ? make("span", { class: "units", title: "Units" }, `× ${s.units}`) : null,
    s.system === "ICD-10-CM" ? null : make("span", { class: "chip plain" }, s.system),
    make("span", { class: `chip ${s.decision}` }, reported ? "Accept" : "Review"),
    placed && ROLES[s.role] ? make("span", { class: "chip plain" }, ROLES[s.role]) : null,
    s.auto ? make("span", { class: "chip plain", title: "Probability meets the 95% precision threshold" }, "High confidence") : null,
    chance(s.probability));
  const visit = visitTable(s, result.findings, points);
  const card = newCard(s.decision, s.evidence, `${claimCode(s)} ${s.display}`, [
    head,
    make("p", { class: "display" }, s.display),
    supportLine(s, cardOf, () => card),
    visit ?? quotes(s.evidence),
    proof(s, points, result.service_date),
  ]);
  return Object.assign(card, { code: s.code, procedure: isProcedure(s) });
}

function quotes(evidence) {
  const lines = new Map();
  for (const e of evidence) {
    const where = [e.section === "none" ? null : words(e.section), e.assertions.map(words).join(", ")];
    const about = where.filter(Boolean).join(" · ");
    lines.set(`${e.text}\n${about}`, make("li", {}, make("q", {}, e.text), make("span", { class: "where" }, about)));
  }
  return lines.size ? make("ul", { class: "quotes" }, ...lines.values()) : null;
}

function proof(s, points, day) {
  if (!s.proof.length && !s.alternatives.length) return null;
  const axes = axesTable(s, points);
  const told = s.proof.filter((step) => !(axes && step.ref.startsWith("pcs.axis: ")));
  const steps = told.map((step) => make("li", {},
    make("span", { class: "kind" }, words(step.kind)),
    make("span", { class: "ref" }, step.ref, make("span", { class: "source" }, step.source))));
  const others = s.alternatives.map((a) => make("li", {},
    make("span", { class: "code" }, a.code), make("span", {}, a.display), chance(a.probability)));
  const details = make("details", {},
    make("summary", {}, `Why ${s.code}`),
    axes && axes.element,
    make("ol", { class: "proof" }, ...steps),
    others.length ? make("div", { class: "others" },
      make("p", { class: "muted" }, isVisit(s) ? "The levels next to it" : "Also considered for these words"),
      make("ul", {}, ...others)) : null);
  if (axes) details.addEventListener("toggle", () => complete(axes, s, day), { once: true });
  return details;
}

/** The proof names five axes; what the other characters mean is asked of the code system. */
async function complete(axes, s, day) {
  const on = day ? `?on=${day}` : "";
  const answer = await fetch(`/v1/codes/ICD-10-PCS/${s.code}${on}`).catch(() => null);
  if (answer?.ok) axes.complete((await answer.json()).axes);
}

/** What was seen and not coded, with the reason in words. */
export function rejectionCard(r) {
  const [titles, reasons] = isProcedure(r) ? [PROCEDURE_TITLES, PROCEDURE_REASONS] : [REASON_TITLES, REASONS];
  const title = titles[r.reason] ?? words(r.reason);
  return newCard("rejected", r.evidence, `Not coded: ${r.display} (${title})`, [
    make("div", { class: "card-head" },
      make("span", { class: "display" }, r.display),
      make("span", { class: "chip rejected" }, title),
      make("span", { class: "system" }, isProcedure(r) ? `${r.system} ${r.code}` : r.code)),
    make("p", { class: "why" }, reasons[r.reason] ?? words(r.reason)),
    quotes(r.evidence),
  ]);
}

/** A question to the provider. */
export function queryCard(q) {
  return newCard("review", q.indicators, `Question on ${q.code}`, [
    make("div", { class: "card-head" },
      make("span", { class: "code" }, q.code), make("span", { class: "chip plain" }, `missing: ${words(q.missing)}`)),
    make("p", { class: "display" }, q.text),
    quotes(q.indicators),
  ]);
}
