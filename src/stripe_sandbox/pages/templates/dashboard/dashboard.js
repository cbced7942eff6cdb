// Copy buttons and the filter of the event list; without script they are not shown.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 1500);
  });
}

const filter = document.querySelector("[data-filter]");
if (filter) {
  filter.closest("[hidden]").hidden = false;
  const groups = [...document.querySelectorAll(`#${filter.dataset.filter} details`)].map((group) => ({
    group, open: group.open, rows: [...group.querySelectorAll("[data-name]")],
  }));
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const { group, open, rows } of groups) {
      for (const row of rows) row.hidden = !row.dataset.name.includes(wanted);
      const found = rows.some((row) => !row.hidden);
      group.hidden = !found;
      group.open = wanted ? found : open;
    }
  });
}
