// Applies the theme that staff chose in this browser, if any. Loaded without defer, so that it runs before first paint.
"use strict";
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    return; // without storage, the system's theme is shown
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
