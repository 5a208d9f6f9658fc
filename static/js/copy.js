// A button with `data-copy` copies the text of the element it names; where the browser forbids that, it selects it.
(() => {
  "use strict";
  function select(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    if (!navigator.clipboard) {
      select(source);
      return;
    }
    await navigator.clipboard.writeText(source.textContent);
    htmx.trigger(document.body, "toast", { text: button.dataset.copied });
  });
})();
