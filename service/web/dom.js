// Small things that every part of the page needs. Data goes into the page as text only.

export const byId = (id) => document.getElementById(id);

/** An element with properties and children; strings become text nodes, never markup. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") element.className = value;
    else if (name.includes("-") || ["for", "role", "scope"].includes(name)) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export const words = (label) => label.replaceAll("_", " ");
export const percent = (share) =>
  (share > 0.995 && share < 1 ? ">99%" : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`);

/** A calibrated probability as a bar and in figures. */
export function chance(probability) {
  const filled = make("i");
  filled.style.width = `${probability * 100}%`;
  return make("span", { class: "chance", title: "Calibrated probability" },
    make("span", { class: "bar-of", "aria-hidden": "true" }, filled),
    make("span", {}, make("span", { class: "visually-hidden" }, "probability "), percent(probability)));
}

/** What the note says at some spans, which count code points; every wording once. */
export function saidAt(points, spans) {
  return [...new Set(spans.map(([start, end]) => points.slice(start, end).join("").trim()))].filter(Boolean);
}
