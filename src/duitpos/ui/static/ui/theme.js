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

  // The switch, wherever a page has one.
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const root = document.documentElement;
        const isDark = getComputedStyle(root).colorScheme === "dark";
        root.dataset.theme = isDark ? "light" : "dark";
        localStorage.setItem("theme", root.dataset.theme);
      });
    }
  });
})();
