// Loaded after the page is shown: the buttons in its head, for the text size and the language.
"use strict";
(() => {
  const { $, $$ } = window.duitpos;

  // --- text size ---------------------------------------------------------------------------------------------
  const TYPES = ["", "large", "large contrast"];
  const showType = (button, place) => {
    // A menu that guest.js left as a plain form has no "js".
    const root = document.documentElement, js = root.classList.contains("js") ? "js " : "";
    root.className = js + TYPES[place];
    button.setAttribute("aria-label", `${button.dataset.about}: ${button.dataset.names.split("|")[place]}`);
  };
  $$(".type").forEach((button) => {
    const place = () => Math.max(0, TYPES.indexOf(document.documentElement.className.replace("js", "").trim()));
    button.dataset.about = button.getAttribute("aria-label");
    showType(button, place());
    button.onclick = () => {
      const next = (place() + 1) % TYPES.length;
      showType(button, next);
      try { localStorage.setItem("duitpos:type", TYPES[next]); } catch { /* forbidden: for this page only */ }
    };
  });

  // --- language ----------------------------------------------------------------------------------------------
  // The cart is on this phone, so only the language is sent, and the page is loaded again.
  const chooseLanguage = async (event) => {
    event.preventDefault();
    const language = event.currentTarget.value;
    try {
      await fetch("", { method: "POST", redirect: "manual", body: new URLSearchParams({ language }) });
    } catch { return; }
    if ($("#menu")) location.replace(`../${language}/`);
    else if ($("main.review") && !$("form[data-rebuilt]")) location.replace(location.pathname);
    else location.reload();
  };
  $$(".language button").forEach((button) => { button.onclick = chooseLanguage; });
})();
