// Enhances the staff pages; each of them works without it.
"use strict";

// -- copying --------------------------------------------------------------------------------------------
async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    // On plain http, or without permission: select the text, so that Ctrl-C copies it.
    const range = document.createRange();
    range.selectNodeContents(button.previousElementSibling);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    if (!document.execCommand("copy")) return;
  }
  const said = button.querySelector("[role=status]");
  const before = said.textContent;
  said.textContent = button.dataset.done;
  button.classList.add("done");
  setTimeout(() => {
    said.textContent = before;
    button.classList.remove("done");
  }, 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});

// -- printing and other buttons that need script ----------------------------------------------------------
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;

document.querySelector("input[data-selects]")?.select();

// -- keys: rows, and "/" for the search ---------------------------------------------------------------------
function rowLinks() {
  return [...document.querySelectorAll("[data-rows] a.row")];
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
    return;
  }
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (!step) return;
  const links = rowLinks();
  const at = links.indexOf(document.activeElement);
  // The arrows scroll the page until a row has the focus.
  if (at < 0 && event.key.startsWith("Arrow") && !document.activeElement.closest("[data-rows]")) return;
  const next = links[at < 0 ? 0 : at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});

// -- filters that are submitted when they are changed -------------------------------------------------------
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-sends] select, [data-sends] input[type=date]")) event.target.form.requestSubmit();
});

// -- a confirmation in a dialog instead of on its own page ----------------------------------------------------
const dialog = document.querySelector("dialog#question");
document.addEventListener("htmx:afterSwap", (event) => {
  if (!dialog || event.detail.target.id !== "question-body" || dialog.open) return;
  dialog.showModal();
  dialog.querySelector("[autofocus], input, textarea, button")?.focus();
});
document.addEventListener("click", (event) => {
  if (!dialog?.open) return;
  if (event.target === dialog || event.target.closest("[data-close]")) {
    event.preventDefault();
    dialog.close();
  }
});
// The confirmation could not be loaded: go to its page, which shows why.
for (const problem of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(problem, (event) => {
    const link = event.detail.elt;
    if (link.matches("a[data-asks]")) location.assign(link.href);
  });
}

// -- a form is sent once --------------------------------------------------------------------------------
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// -- live parts: polled only while the page is visible; the response is 304 while nothing changed -------------
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, headers } = event.detail;
  if (!elt.matches("[data-version]")) return;
  headers["If-None-Match"] = `"${elt.dataset.version}"`;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = event.detail;
  if (!elt.matches("[data-version]")) return;
  const inUse = elt.contains(document.activeElement) && document.activeElement.matches("button, input");
  if (document.hidden || inUse) event.preventDefault();
});
function say(isLost) {
  const notice = document.querySelector("[data-offline]");
  if (notice) notice.hidden = !isLost;
}
document.addEventListener("htmx:afterRequest", (event) => {
  const { requestConfig, xhr } = event.detail;
  // The element that sent the request. A response may have replaced it, and the event then comes from its parent.
  if (!requestConfig.elt.matches("[data-version]")) return;
  // Signed out, or the page is gone: load the page itself, which shows what is wrong.
  if (xhr.status === 403 || xhr.status === 404 || xhr.responseURL.includes("/accounts/")) location.reload();
  say(xhr.status === 0 || xhr.status >= 500);
});
