// The page: sends a note, shows the codes beside it. Data goes into the page as text only.

import { byId, make } from "./dom.js";
import { claimLines, fill } from "./result.js";

const POLL_MS = 1000;

const form = byId("form");
const textBox = byId("text");
const output = byId("output");
let latest = null; // {raw, result} of the note shown
let turn = 0; // counts what was asked, so that a late answer to an earlier question is dropped

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

function showResult(text, raw, result) {
  latest = { raw, result };
  const said = fill(output, text, result);
  show("output");
  byId("results").focus({ preventScroll: true });
  byId("said").textContent = said;
}

/** The note with what was said of it; optional fields are sent only where they are set. */
function request() {
  const data = new FormData(form);
  const optional = ["claim", "service_date"].filter((name) => data.get(name));
  const encounter = {
    ...(data.get("encounter.new_patient") ? { new_patient: data.get("encounter.new_patient") === "new" } : {}),
    ...(data.get("encounter.minutes") ? { minutes: Number(data.get("encounter.minutes")) } : {}),
  };
  return {
    id: "page",
    text: textBox.value,
    setting: data.get("setting"),
    ...Object.fromEntries(optional.map((name) => [name, data.get(name)])),
    ...(Object.keys(encounter).length ? { encounter } : {}),
  };
}

const CHECKED = [
  ["service_date", "The service date is not complete.", "Give day, month and year, or clear it."],
  ["minutes", "The minutes cannot be used.", "Give a whole number of minutes, 0 or more, or clear them."],
];

async function suggest() {
  const asked = request();
  if (!asked.text.trim()) {
    showError("There is no note yet.", "Paste a note, or choose one of the samples.");
    textBox.focus();
    return;
  }
  const wrong = CHECKED.find(([id]) => !byId(id).validity.valid);
  if (wrong) {
    showError(wrong[1], wrong[2]);
    byId(wrong[0]).focus();
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
      byId("new_patient").value = "";
      byId("minutes").value = "";
      suggest();
    });
    byId("samples").append(button);
  }
}

// --- Actions ---------------------------------------------------------------------------------

async function copyCodes() {
  const codes = claimLines(latest.result);
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
