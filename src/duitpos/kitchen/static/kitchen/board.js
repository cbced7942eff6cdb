/* The kitchen board. Without this file it is a page of forms that reloads; with it, it polls, plays sounds and handles keys. */
const body = document.body;
const board = document.querySelector("#board");
const undo = document.querySelector("#undo");
const notice = document.querySelector(".notice");
const typedBox = document.querySelector(".typed");
const words = body.dataset;
const EVERY = 3000;
const SEEN = `kitchen-seen ${location.pathname}`;

let etag = "";
let fails = 0;
let lastSeen = new Date();
let offset = 0;
let timer;
let lastRequest = 0;
let typed = "";
let typedTimer;
let undoTimer;
let isSending = false;

/* What a browser lacks or forbids is done without: the board must live in each that runs this script. */
function remembered(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}
function remember(name, value) {
  try { localStorage.setItem(name, value); } catch { /* for this page only */ }
}
function within(milliseconds) {
  if (typeof AbortController !== "function") return undefined;
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}
function clockTime(at) {
  try { return at.toLocaleTimeString(words.locale, { timeStyle: "short", timeZone: words.zone }); } catch { return at.toTimeString().slice(0, 5); }
}

const columns = () => [...board.querySelectorAll(".column")].map((c) => [...c.querySelectorAll(".bump")]);
/* What is worth a sound when it is new: an order, a call, a ticket that was canceled meanwhile. */
const ids = () => new Set([...board.querySelectorAll("#placed .card, .call, .canceled")].map((c) => c.dataset.id + c.matches(".canceled")));

function say(text) {
  notice.textContent = text;
  notice.hidden = !text;
}

/* --- the board ---------------------------------------------------------------------------------------- */

function focusedTicket() {
  const all = columns();
  const column = all.findIndex((c) => c.includes(document.activeElement));
  return column < 0 ? null : { column, row: all[column].indexOf(document.activeElement), id: cardOf(document.activeElement).dataset.id };
}

function cardOf(element) {
  return element.closest(".card");
}

/* What a cook has opened, by ticket and place; with a list, opens these again. */
function openedParts(names) {
  const parts = [...board.querySelectorAll("details")].map((part) => {
    const card = cardOf(part);
    return [part, card ? `${card.dataset.id} ${[...card.querySelectorAll("details")].indexOf(part)}` : "all-day"];
  });
  if (names) for (const [part, name] of parts) part.open = names.includes(name);
  return parts.filter(([part]) => part.open).map(([, name]) => name);
}

/* --- one press, one ticket ----------------------------------------------------------------------------
   A ticket that slides under the finger is not pressed: the board stands still while a finger is down, and for a
   moment after it moved a ticket that slid is not taken. With the keyboard the focus says which ticket is meant. */
const SETTLES = 700;
const LONGEST_PRESS = 3000;
let isDown = false;
let held;
let waiting = null;
let slid = new Set();
let settling;
let isTooSoon = false;

function places() {
  return new Map([...board.querySelectorAll(".card")].map((card) => {
    const { left, bottom } = card.getBoundingClientRect();
    return [card.dataset.id, `${Math.round(left)} ${Math.round(bottom)}`];
  }));
}

/* These have just slid; their buttons are pale until they can be pressed. */
function settle(moved) {
  slid = new Set(moved);
  body.classList.toggle("is-settling", slid.size > 0);
  clearTimeout(settling);
  if (slid.size) settling = setTimeout(settle, SETTLES, []);
}

document.addEventListener("pointerdown", ({ target }) => {
  isDown = true;
  // A mouse that is let go outside of the window tells nobody; the board must not stand still for that.
  clearTimeout(held);
  held = setTimeout(letGo, LONGEST_PRESS);
  const card = target.closest?.("#board .card");
  isTooSoon = Boolean(card) && slid.has(card.dataset.id);
});
/* The click comes after the finger is up: only then may the board move. */
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => setTimeout(letGo, 0));
function letGo() {
  clearTimeout(held);
  isDown = false;
  if (waiting !== null) show(waiting);
}
document.addEventListener("click", (event) => {
  // A click with the keyboard has no place, and was preceded by no finger.
  if (isTooSoon && event.target.closest?.("#board .card button")) event.preventDefault();
  isTooSoon = false;
}, true);

/* Replaces the board's HTML. The focus stays on the ticket, or on the one that moved up. */
function show(html) {
  waiting = isDown ? html : null;
  if (isDown) return;
  const stood = places();
  const place = focusedTicket();
  const before = ids();
  const scrolls = [...board.querySelectorAll(".column ol")].map((list) => list.scrollTop);
  const opened = openedParts();
  board.innerHTML = html;
  openedParts(opened);
  board.querySelectorAll(".column ol").forEach((list, i) => (list.scrollTop = scrolls[i] ?? 0));
  if (place) {
    const column = columns()[place.column];
    (column.find((b) => cardOf(b).dataset.id === place.id) ?? column[Math.min(place.row, column.length - 1)])?.focus();
  }
  const stands = places();
  if ([...stands].some(([id, at]) => stood.get(id) !== at)) {
    settle([...stands.keys()].filter((id) => stood.get(id) !== stands.get(id)));
  }
  setClock();
  tell(before);
}

/* Rings for what is new, also for what came while the page was loaded anew after an outage. */
function tell(before) {
  const now = [...ids()];
  if (before && now.some((id) => !before.has(id))) ring();
  try { sessionStorage.setItem(SEEN, JSON.stringify(now)); } catch { /* then a reload does not ring */ }
}
function seen() {
  try {
    const kept = sessionStorage.getItem(SEEN);
    return kept && new Set(JSON.parse(kept));
  } catch { return null; }
}

function setClock() {
  offset = new Date(board.querySelector(".columns").dataset.now) - Date.now();
  age();
}

function age() {
  const { waiting, late } = board.querySelector(".columns").dataset;
  for (const card of board.querySelectorAll(".card")) {
    const minutes = Math.max(0, Math.floor((Date.now() + offset - new Date(card.dataset.at)) / 60000));
    card.querySelector("time b").textContent = minutes;
    card.classList.remove("fresh", "waiting", "late");
    card.classList.add(minutes >= late ? "late" : minutes >= waiting ? "waiting" : "fresh");
  }
  for (const call of board.querySelectorAll(".call")) {
    call.querySelector("time b").textContent = Math.max(0, Math.floor((Date.now() + offset - new Date(call.dataset.at)) / 60000));
  }
}

/* --- polling ------------------------------------------------------------------------------------------ */

async function poll() {
  clearTimeout(timer);
  const thisRequest = (lastRequest += 1);
  try {
    const headers = etag ? { "If-None-Match": etag } : {};
    const response = await fetch(words.live, { headers, cache: "no-store", redirect: "manual", signal: within(8000) });
    const html = await response.text();
    // A button was pressed meanwhile: this older response would show the ticket in its old column.
    if (thisRequest !== lastRequest) return;
    if (response.status === 200) {
      etag = response.headers.get("ETag") ?? "";
      show(html);
    } else if (response.status !== 304) {
      // A redirect leads to the sign-in page.
      throw response.type === "opaqueredirect" || response.status === 404 ? words.signedOut : response.status;
    }
    if (fails) say("");
    fails = 0;
    lastSeen = new Date();
    document.dispatchEvent(new Event("duitpos:taken"));
  } catch (error) {
    if (thisRequest !== lastRequest) return;
    fails += 1;
    const time = clockTime(lastSeen);
    if (error === words.signedOut) say(error);
    else if (fails > 1) say(words.lost.replace("{time}", time));
  }
  body.classList.toggle("is-old", fails > 1);
  notice.toggleAttribute("data-offline", fails > 1);
  soon(Math.min(15000, EVERY * 2 ** Math.min(fails, 3)));
}

function soon(after) {
  clearTimeout(timer);
  timer = setTimeout(poll, after);
}

/* --- moves -------------------------------------------------------------------------------------------- */

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  // The language form loads a new page.
  if (form.matches(".choose-language")) return;
  event.preventDefault();
  // One move at a time: there is only one undo, and it must belong to the move that the cook sees.
  if (isSending) return;
  isSending = true;
  body.classList.add("is-sending");
  const data = new FormData(form);
  if (submitter.name) data.append(submitter.name, submitter.value);
  submitter.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.action, { method: "POST", body: data, signal: within(10000) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const next = page.querySelector("#board");
    // The response has no board: it is the sign-in page, or an error page with one sentence.
    if (!next) return say(page.querySelector("[role=alert]")?.textContent ?? words.signedOut);
    etag = "";
    lastRequest += 1;
    soon(EVERY);
    show(next.innerHTML);
    showUndo(page.querySelector("#undo").innerHTML);
    say(page.querySelector(".notice").textContent);
  } catch {
    say(words.unsaved);
  } finally {
    isSending = false;
    body.classList.remove("is-sending");
    submitter.removeAttribute("aria-busy");
  }
});

function showUndo(html) {
  clearInterval(undoTimer);
  undo.innerHTML = html;
  const form = undo.querySelector("form");
  if (!form) return;
  let left = Number(form.dataset.seconds);
  const tick = () => {
    if (left <= 0) return showUndo("");
    form.querySelector(".left").textContent = left;
    left -= 1;
  };
  tick();
  undoTimer = setInterval(tick, 1000);
}

/* --- keys: arrows move the focus, Enter bumps, digits choose a ticket by its number, U undoes ----------- */

function walk(across, down) {
  const all = columns();
  const place = focusedTicket();
  if (!place) return all.flat()[0]?.focus();
  let { column, row } = place;
  if (across) {
    do column += across; while (all[column] && !all[column].length);
    if (!all[column]) return;
  }
  const list = all[column];
  list[Math.max(0, Math.min(list.length - 1, row + down))].focus();
}

function type(key) {
  clearTimeout(typedTimer);
  typed = (typed + key).slice(-5);
  typedTimer = setTimeout(() => type(""), 1500);
  if (!key) typed = "";
  typedBox.textContent = typed;
  typedBox.hidden = !typed;
  const cards = [...board.querySelectorAll(".column .card")];
  const found = [typed, `T${typed}`].map((label) => cards.find((c) => c.dataset.label === label)).find(Boolean);
  if (typed) found?.querySelector(".bump").focus();
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select")) return;
  // A key that is held down moves one ticket, not the whole column.
  if (event.repeat && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); return; }
  if (ARROWS[event.key]) walk(...ARROWS[event.key]);
  else if (/^[0-9tT]$/.test(event.key)) type(event.key.toUpperCase());
  else if (event.key.toLowerCase() === "u" || event.key === "Backspace") undo.querySelector("button")?.click();
  else {
    // Enter presses the focused button by itself; the next digits start a new number.
    if (event.key === "Enter") type("");
    return;
  }
  event.preventDefault();
});

/* --- sound: off until a cook chooses one; browsers allow sound only after a touch ------------------------ */

const TUNES = { bell: [["sine", 1320, 0], ["sine", 1760, 0.16]], knock: [["square", 150, 0], ["square", 150, 0.2], ["square", 150, 0.4]], horn: [["sawtooth", 440, 0], ["sawtooth", 440, 0.35]] };
const choice = document.querySelector(".sound select");
const hush = document.querySelector(".hush");
let speaker;

const ringing = document.querySelector(".ringing");
const AGAIN = 8000;
let bell;

/* Rings until somebody touches the screen or a key. */
function ring() {
  hushed();
  if (!choice.value) return;
  ringing.hidden = false;
  bell = setInterval(play, AGAIN);
  play();
}
function hushed() {
  clearInterval(bell);
  ringing.hidden = true;
}

async function play() {
  // After a lull the browser has put the sound to sleep: it is woken before each tone, not only at a touch.
  await wake();
  const tune = TUNES[choice.value];
  if (!tune || speaker?.state !== "running") return;
  for (const [type, hertz, after] of tune) {
    const at = speaker.currentTime + after;
    const tone = new OscillatorNode(speaker, { type, frequency: hertz });
    const volume = new GainNode(speaker, { gain: 0.4 });
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
    tone.connect(volume).connect(speaker.destination);
    tone.start(at);
    tone.stop(at + 0.3);
  }
}

async function wake() {
  try {
    if (choice.value) {
      speaker ??= new AudioContext();
      // A browser that waits for a touch answers never; one that sleeps answers at once.
      if (speaker.state !== "running") await Promise.race([speaker.resume(), new Promise((done) => setTimeout(done, 500))]);
    }
  } catch { /* no sound in this browser: the line that asks for a touch stays */ }
  hush.hidden = !choice.value || speaker?.state === "running";
}

choice.value = remembered("kitchen-sound") ?? "";
choice.closest(".sound").hidden = false;
choice.addEventListener("change", async () => {
  remember("kitchen-sound", choice.value);
  hushed();
  await play();
});
for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, () => { hushed(); wake(); });
hush.hidden = !choice.value;
if (choice.value) wake();

/* Keep the screen on; where the browser cannot, or may not, it is said. */
const dark = document.querySelector(".dark-screen");
async function stayLit() {
  if (document.visibilityState !== "visible") return;
  try {
    const lock = await navigator.wakeLock.request("screen");
    dark.hidden = true;
    lock.addEventListener("release", stayLit);
  } catch { dark.hidden = document.visibilityState !== "visible"; }
}
document.addEventListener("visibilitychange", () => { stayLit(); poll(); });
window.addEventListener("online", poll);
stayLit();
body.classList.add("is-live");
setClock();
tell(seen());
showUndo(undo.innerHTML);
setInterval(age, 10000);
soon(EVERY);
