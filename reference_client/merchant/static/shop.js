"use strict";

// The pages work without this. It spares the shopper a second click, which the server would
// survive, and shows the card number in groups of four.

document.getElementById("summary")?.focus();

for (const form of document.forms) {
  form.addEventListener("submit", () => {
    form.querySelector("button").disabled = true;
  });
}

window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button")) {
    button.disabled = false;
  }
});

document.getElementById("card_number")?.addEventListener("change", (event) => {
  const digits = event.target.value.replace(/[\s-]/g, "");
  event.target.value = digits.replace(/(\d{4})(?=\d)/g, "$1-");
});
