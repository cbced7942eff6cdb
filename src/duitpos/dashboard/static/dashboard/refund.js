// Steps up and down beside each quantity, and the choice that a filled-in field belongs to.
"use strict";
addEventListener("click", (event) => {
  const button = event.target.closest("[data-by]");
  if (!button) return;
  const input = button.parentElement.querySelector("input");
  const value = (Number(input.value) || 0) + Number(button.dataset.by);
  input.value = String(Math.max(Number(input.min), Math.min(Number(input.max), value)));
  input.dispatchEvent(new Event("input", { bubbles: true }));
});
addEventListener("input", (event) => {
  const radio = event.target.closest(".refund-choice")?.querySelector("input[type=radio]");
  if (radio && event.target !== radio) radio.checked = true;
});
