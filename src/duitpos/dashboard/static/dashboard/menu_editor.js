// The menu editor: dragging, and what to say when a change was not saved. The page works without it.
"use strict";

const act = document.getElementById("act");
const said = document.getElementById("menu-said");
let silence = 0;

function tell(text) {
  said.textContent = text;
  hush();
}
function hush() {
  clearTimeout(silence);
  silence = setTimeout(() => { said.textContent = ""; }, 6000);
}

// -- a form that was changed and not saved ----------------------------------------------------------------
function isChanged(form) {
  return [...form.elements].some((field) => {
    if (field.type === "hidden") return false;
    if (field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return "defaultValue" in field && field.value !== field.defaultValue;
    return field.selectedIndex !== Math.max([...field.options].findIndex((one) => one.defaultSelected), 0);
  });
}
function unsaved() {
  return [...document.querySelectorAll("form[data-edits]")].find(isChanged);
}
function refusesToLose(element, target) {
  const form = unsaved();
  if (!form || form === element || element.closest("[data-edits]") === form || !target.contains(form)) return false;
  tell(act.dataset.unsaved);
  form.querySelector("input:not([type=hidden])").focus();
  return true;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, target } = event.detail;
  if (target && refusesToLose(elt, target)) event.preventDefault();
});
let isLeaving = false;
document.addEventListener("htmx:beforeOnLoad", (event) => {
  // Saved, and the list is loaded again: there is nothing to lose.
  isLeaving = Boolean(event.detail.xhr.getResponseHeader("HX-Refresh"));
});
addEventListener("beforeunload", (event) => {
  if (!isLeaving && unsaved()) event.preventDefault();
});

// htmx knows the pressed button of a form only once it has prepared the button, and a quick second press comes before.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const button = detail.elt === act && detail.triggeringEvent?.submitter;
  if (!button) return;
  detail.path = button.getAttribute("formaction") || detail.path;
  if (button.name) detail.parameters[button.name] = button.value;
});

// -- after each request -------------------------------------------------------------------------------------
document.addEventListener("htmx:afterRequest", (event) => {
  // staff.js lets a form be sent once; these stay on the page.
  const form = event.detail.elt.closest("form") ?? act;
  for (const one of [form, act]) {
    delete one.dataset.sent;
    one.removeAttribute("aria-busy");
  }
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.xhr.responseURL.includes("/accounts/")) return;
  event.detail.shouldSwap = false;
  tell(act.dataset.signedOut);
});
document.addEventListener("htmx:responseError", (event) => {
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  tell(page.querySelector("[role=alert]")?.textContent.trim() || act.dataset.failed);
});
document.addEventListener("htmx:sendError", () => tell(act.dataset.failed));
document.addEventListener("htmx:oobAfterSwap", hush);

// -- dragging -----------------------------------------------------------------------------------------------
function ids(list) {
  return [...list.children].map((one) => one.dataset.id).filter(Boolean).join(",");
}
let before = null;

function save(list, moved) {
  htmx.ajax("POST", list.dataset.order, {
    source: act,
    target: "#menu-list",
    select: "#menu-list",
    swap: "outerHTML",
    values: { ids: ids(list), moved },
  });
}
function putBack(item) {
  before.list.insertBefore(item, before.next);
}
function drags(list, group, draggable) {
  Sortable.create(list, {
    group,
    draggable,
    handle: ".grip",
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    ghostClass: "dragged",
    onStart: ({ item }) => { before = { list, next: item.nextSibling }; },
    onEnd: ({ item, to, from, oldDraggableIndex, newDraggableIndex }) => {
      if (to === from && oldDraggableIndex === newDraggableIndex) return;
      if (refusesToLose(act, document.getElementById("menu-list"))) putBack(item);
      else save(to, item.dataset.id);
    },
  });
}
function prepare() {
  document.documentElement.classList.add("can-drag");
  const sections = document.querySelector(".menu-sections[data-order]");
  if (!sections || Sortable.get(sections)) return;
  drags(sections, "sections", ".menu-section");
  for (const list of document.querySelectorAll(".dishes[data-order]")) drags(list, "dishes", ".dish:not(.editing)");
}
prepare();
document.addEventListener("htmx:afterSettle", prepare);
// A move that was not saved: show the order as it is.
for (const problem of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(problem, (event) => {
    if (before && event.detail.elt === act) setTimeout(() => location.reload(), 3000);
  });
}
