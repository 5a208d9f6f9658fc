// The desk's seconds, by the server's clock; that what it says is old, where no answer comes; the keys of the dial pad.
(() => {
  "use strict";
  const now = () => document.getElementById("desk-now");
  const OLD_AFTER = 10000; // it is drawn anew every five seconds
  let skew = 0;
  let drawnAt = 0;

  function clock(seconds) {
    const two = (number) => String(number).padStart(2, "0");
    const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
    return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${rest}` : rest.replace(/^0/, "");
  }

  function tick() {
    for (const timer of now().querySelectorAll("[data-counts-from]")) {
      timer.textContent = clock(Math.max(0, Math.floor((Date.now() + skew - Number(timer.dataset.countsFrom)) / 1000)));
    }
    const old = now().querySelector("[data-old]");
    if (old && Date.now() - drawnAt > OLD_AFTER) old.hidden = false;
  }

  function settle() {
    drawnAt = Date.now();
    skew = Number(now().dataset.now) - Date.now();
    tick();
  }

  const number = document.getElementById("pad-number");
  document.querySelector("[data-pad-keys]").addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (!key) return;
    number.value += key;
    number.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // A call that was asked for has had its key: the next press is another call.
  document.querySelector("[data-pad]").addEventListener("htmx:afterRequest", (event) => {
    if (event.target.matches("[data-pad]")) event.target.elements.key.value = crypto.randomUUID();
  });

  document.addEventListener("htmx:afterSettle", (event) => event.target.id === "desk-now" && settle());
  settle();
  setInterval(tick, 1000);
})();
