// Before the first paint: the theme that staff chose here, if any. Loaded without defer on purpose.
"use strict";
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    return; // a browser that keeps nothing shows the system's theme
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
