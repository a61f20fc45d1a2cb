// What procedures have beyond diagnoses: modifiers, units, the diagnoses they are for, the elements
// of a visit's level, the axes of an ICD-10-PCS code.

import { make, saidAt } from "./dom.js";
import { goTo, light, link } from "./note.js";

const VISIT_RULE = "em.level";
const AXIS_STEP = /^pcs\.axis: (?<name>Operation|Body Part|Approach|Device|Qualifier) (?<value>\S) (?<label>.*), (?<why>[^,]+)$/;
const ELEMENT_STEP = /^em\.(?<name>problems|data|risk|time|age|kind): (?:(?<level>straightforward|low|moderate|high): )?(?<why>.*)$/;

export const isProcedure = (item) => ["CPT", "HCPCS", "ICD-10-PCS"].includes(item.system);

const CATEGORY = "em.category: ";
const categoryOf = (s) => s.proof.find((step) => step.ref.startsWith(CATEGORY))?.ref.slice(CATEGORY.length) ?? "";
export const isVisit = (s) => categoryOf(s) !== "";

/** A code as coders write it: 25605-LT, 99284-25. */
export const claimCode = (s) => [s.code, ...(s.modifiers ?? [])].join("-");

/** A claim line as one takes it elsewhere: 11721-59x2; a single unit goes without saying. */
export const claimLine = (s) => claimCode(s) + (s.units > 1 ? `x${s.units}` : "");

/** Whether a finding tells of the level of a visit, which the visit's own card shows. */
export const tellsLevel = (finding, suggestions) =>
  finding.rule === VISIT_RULE && suggestions.some((s) => isVisit(s) && finding.codes.includes(s.code));

/**
 * "For" and the diagnoses that justify a procedure; each lights up its card, in the place of the
 * procedure's own words, and leads there.
 */
export function supportLine(s, cardOf, own) {
  if (!s.supports?.length) return null;
  const pointers = s.supports.map((code) => {
    const pointer = make("button", { class: "pointer", type: "button", title: "Show this diagnosis" }, code);
    const tie = (on) => {
      const card = cardOf(code);
      if (!card) return;
      if (on) light(own(), false);
      link([card], on);
      light(card, on);
      if (!on) light(own(), true);
    };
    for (const event of ["mouseenter", "focus"]) pointer.addEventListener(event, () => tie(true));
    for (const event of ["mouseleave", "blur"]) pointer.addEventListener(event, () => tie(false));
    pointer.addEventListener("click", () => {
      const card = cardOf(code);
      if (card) goTo(card);
    });
    return pointer;
  });
  return make("p", { class: "supports" }, make("span", { class: "muted" }, "For"), ...pointers);
}

/** The elements of a visit's level with their words, the limiting ones marked; always open. */
export function visitTable(s, findings, points) {
  if (!isVisit(s)) return null;
  const said = findings.find((f) => f.rule === VISIT_RULE && f.codes.includes(s.code))?.message ?? "";
  const limits = said.match(/limited by ([a-z ]+)/)?.[1].split(" and ") ?? [];
  const next = said.split("; ").find((part) => /^\S+ needs /.test(part));
  const rows = s.proof.flatMap((step) => {
    const found = step.ref.match(ELEMENT_STEP)?.groups;
    return found ? [elementRow(found, limits.includes(found.name), saidAt(points, step.spans))] : [];
  });
  if (!rows.length) return null;
  const family = categoryOf(s).replace(/, patient \w+$/, "");
  return make("div", { class: "visit" },
    table("visit-table", "What the level of the visit rests on", ["Element", "Level", "Why"], rows),
    make("p", { class: "muted" }, [`Kind of visit: ${family}`, next].filter(Boolean).join(". ")));
}

function elementRow({ name, level, why }, limiting, said) {
  return make("tr", limiting ? { class: "limiting" } : {},
    make("th", { scope: "row" }, capital(name)),
    make("td", {}, level ?? "", ...(limiting ? [" ", make("span", { class: "chip review" }, "limits")] : [])),
    make("td", {}, why, ...quoted(said.slice(0, 4))));
}

/** The axes of an ICD-10-PCS code: what each character means and why it is so. */
export function axesTable(s, points) {
  if (s.system !== "ICD-10-PCS") return null;
  const proved = s.proof.map((step) => ({ ...step.ref.match(AXIS_STEP)?.groups, spans: step.spans })).filter((a) => a.name);
  const rows = [...s.code].map((value, place) => {
    const name = place < 2 ? ["Section", "Body System"][place] : ["Operation", "Body Part", "Approach", "Device", "Qualifier"][place - 2];
    return { name, value, ...proved.find((axis) => axis.name === name) };
  });
  const body = make("tbody");
  const fill = (all) => body.replaceChildren(...all.map((axis) => axisRow(axis, points)));
  fill(rows);
  const element = table("axes-table", `What the characters of ${s.code} mean`, ["Axis", "Character", "Why"], body);
  return { element, complete: (axes) => fill(rows.map((row, place) => ({ ...row, ...named(axes[place]) }))) };
}

function named(axis) {
  return axis ? { name: axis.name, label: axis.label ?? "", definition: axis.definition } : {};
}

function axisRow({ name, value, label = "", definition = "", why = "", spans = [] }, points) {
  const said = why === "as the note says" ? saidAt(points, spans).slice(0, 2) : [];
  return make("tr", {},
    make("th", { scope: "row" }, name),
    make("td", { title: definition }, make("span", { class: "code" }, value), ` ${label}`),
    make("td", {}, why, ...quoted(said)));
}

function table(name, caption, heads, rows) {
  const body = rows instanceof HTMLElement ? rows : make("tbody", {}, ...rows);
  return make("table", { class: name },
    make("caption", { class: "visually-hidden" }, caption),
    make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
    body);
}

const quoted = (texts) => texts.flatMap((text) => [" ", make("q", {}, text)]);
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
