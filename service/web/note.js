// The note with its evidence highlighted, and the ties between its words and the cards.

import { byId, make } from "./dom.js";

const marked = byId("marked");

/** Every stretch of evidence: where it lies in code points, and which card it belongs to. */
function stretches(cards) {
  return cards.flatMap((card) =>
    card.evidence.map(({ start, end }) => ({ start, end, card })).filter((s) => s.end > s.start));
}

/**
 * Show the text with its evidence. Offsets count code points while JavaScript counts UTF-16 units,
 * so the text comes taken apart into code points. Stretches may overlap: the text is cut at every
 * boundary, and each piece knows all its cards.
 */
export function showMarked(points, cards) {
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
  mark.addEventListener("click", () => goTo(cards[0]));
  return mark;
}

/** Outline cards. */
export function link(cards, on) {
  for (const card of cards) card.element.classList.toggle("linked", on);
}

/** Bring a card into sight, unfolded and focused. */
export function goTo(card) {
  card.reveal();
  card.element.scrollIntoView({ block: "nearest" });
  card.element.focus({ preventScroll: true });
}

/** Light up the words of a card, and bring the first of them into sight within the note. */
export function light(card, on) {
  for (const mark of card.marks) mark.classList.toggle("active", on);
  const [first] = card.marks;
  if (!on || !first) return;
  const above = first.offsetTop < marked.scrollTop;
  const below = first.offsetTop + first.offsetHeight > marked.scrollTop + marked.clientHeight;
  if (above || below) marked.scrollTop = first.offsetTop - marked.clientHeight / 3;
}
