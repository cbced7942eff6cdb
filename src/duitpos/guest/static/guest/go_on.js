// The pages between us and a processor: one posts its form by itself, the other looks whether its code is paid.
"use strict";
(() => {
  // A field may be named "submit", and would hide the form's own method.
  const form = document.querySelector("form.on");
  if (form) HTMLFormElement.prototype.submit.call(form);

  if (!document.querySelector("[data-seconds]")) return;
  let timer = 0, wait = 0;
  const pace = () => Number(document.querySelector("[data-seconds]").dataset.seconds) * 1000;
  const look = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      const response = await fetch(location.pathname, { cache: "no-store" });
      if (response.redirected) { location.replace(response.url); return; }
      wait = pace();
      const page = response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
      const main = document.querySelector("main"), fresh = page && page.querySelector("main[data-seconds]");
      if (fresh && fresh.outerHTML !== main.outerHTML) main.replaceWith(fresh);
    } catch {
      wait = Math.min(wait * 2, 30000);
    }
    timer = setTimeout(look, wait);
  };
  // The guest pays in another app, and comes back.
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  wait = pace();
  timer = setTimeout(look, wait);
})();
