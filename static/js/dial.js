// The key `c` presses the dial button under the cursor, else the page's main one; while a call is on its way from
// this page, the other buttons wait (DESIGN, Component rules).
(() => {
  "use strict";
  const buttons = () => [...document.querySelectorAll("[data-dial]")];

  function wait() {
    const busy = document.querySelector("[data-dialling]") !== null;
    for (const button of buttons()) {
      if (busy === button.classList.contains("is-later")) continue;
      button.classList.toggle("is-later", busy);
      button.disabled = busy;
      button.dataset.title ??= button.title;
      button.title = busy ? button.dataset.later : button.dataset.title;
    }
  }

  function press() {
    const row = document.querySelector("[data-row].is-cursor") ?? document.activeElement?.closest("[data-row]");
    (row ?? document).querySelector(row ? "[data-dial]" : ".dial-main [data-dial]")?.click();
  }

  document.addEventListener("keydown", (event) => {
    if (event.code !== "KeyC" || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    press();
  });
  document.addEventListener("htmx:afterSettle", wait);
  wait();
})();
