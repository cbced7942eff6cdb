// Shows the chosen picture before it is sent, and says at once when it is too large. The page works without it.
"use strict";

const form = document.querySelector("form[data-picture]");
const input = form.querySelector("input[type=file]");
const preview = form.querySelector(".chosen");

function showPreview(file) {
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    preview.src = reader.result;
  });
  reader.readAsDataURL(file);
}
preview.addEventListener("load", () => {
  preview.hidden = false;
});
preview.addEventListener("error", () => {
  preview.hidden = true;
});

input.addEventListener("change", () => {
  const file = input.files[0];
  const isTooHeavy = file && file.size > Number(input.dataset.most);
  // The browser shows this beside the field when the form is sent, and does not send it.
  input.setCustomValidity(isTooHeavy ? input.dataset.tooHeavy : "");
  preview.hidden = true;
  if (isTooHeavy) input.reportValidity();
  else if (file) showPreview(file);
});
