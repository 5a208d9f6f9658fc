// The call log: find a line in a long filter panel; columns are kept as soon as one is ticked.
(() => {
  "use strict";
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-find]")) return;
    event.stopPropagation();
    const wanted = event.target.value.trim().toLowerCase();
    for (const line of event.target.closest(".menu-panel").querySelectorAll(".menu-line")) {
      line.hidden = Boolean(wanted) && !line.textContent.toLowerCase().includes(wanted);
    }
  });
  // typing in it is no change of the filter
  document.addEventListener("change", (event) => event.target.matches("[data-find]") && event.stopPropagation(), true);
  document.addEventListener("change", (event) => event.target.form?.id === "columns-form" && event.target.form.requestSubmit());
})();
