// The designer's keys: arrows walk the tree, a adds, Delete removes (with undo), digits press the phone's pad.
(() => {
  "use strict";
  const page = () => document.getElementById("designer");
  const isTyping = (target) => target.closest("input, textarea, select, dialog");

  // What was refused or overtaken comes back as the page, with what was typed.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "designer" || ![409, 422].includes(event.detail.xhr.status)) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });

  function walk(step) {
    const lines = [...page().querySelectorAll("[data-line]")];
    const here = lines.indexOf(document.activeElement);
    const chosen = lines.findIndex((line) => line.ariaCurrent === "true");
    const next = lines[here < 0 ? Math.max(chosen, 0) : here + step];
    next?.focus();
    return Boolean(next);
  }

  function digit(key) {
    const pad = page().querySelector(".ivr-pad");
    const entered = page().querySelector("[data-entered]");
    if (!pad) return false;
    if (entered) entered.value += key;
    else pad.querySelector(`[data-key="${key}"]`)?.click();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !page() || isTyping(event.target)) return;
    const onTree = event.target.closest("[data-line]");
    const done =
      (onTree && event.code === "ArrowDown" && walk(1)) ||
      (onTree && event.code === "ArrowUp" && walk(-1)) ||
      (event.code === "KeyA" && focusOn("[data-add]")) ||
      (onTree && event.code === "Delete" && onTree.ariaCurrent === "true" && press("[data-remove]")) ||
      (/^[0-9*#]$/.test(event.key) && digit(event.key));
    if (done) event.preventDefault();
  });

  function focusOn(selector) {
    const found = page().querySelector(selector);
    found?.focus();
    return Boolean(found);
  }
  function press(selector) {
    const found = page().querySelector(selector);
    found?.click();
    return Boolean(found);
  }

  document.addEventListener("click", (event) => {
    const key = event.target.closest(".ivr-pad:not([data-one-key]) [data-key]");
    if (key) page().querySelector("[data-entered]").value += key.dataset.key;
  });
})();
