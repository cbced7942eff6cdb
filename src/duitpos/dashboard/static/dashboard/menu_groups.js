// Moves the choices of a group without asking the server. Without script, the buttons send the form.
"use strict";
(() => {
  const list = document.querySelector(".choice-rows");
  if (!list) return;
  const moved = document.querySelector("#moved");

  function renumber(row) {
    const rows = [...list.children];
    rows.forEach((one, at) => { one.querySelector("[name$=-order]").value = at; });
    const facts = { name: row.querySelector("[name$=-name]").value, place: rows.indexOf(row) + 1, all: rows.length };
    moved.textContent = moved.dataset.text.replace(/\{(\w+)\}/g, (_whole, name) => facts[name]);
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest(".choice-row");
    const next = button.dataset.move === "1" ? row.nextElementSibling : row.previousElementSibling;
    if (!next) return;
    if (button.dataset.move === "1") next.after(row);
    else next.before(row);
    button.focus();
    renumber(row);
  });

  for (const grip of list.querySelectorAll(".grip")) grip.hidden = false;
  const animation = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120;
  Sortable.create(list, { handle: ".grip", animation, onEnd: (event) => renumber(event.item) });
})();
