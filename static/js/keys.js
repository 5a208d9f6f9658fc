// Keys by their physical place, so that they work under a Hebrew layout; off while typing (DESIGN, Keyboard).
(() => {
  "use strict";
  const GOES = { KeyH: "/", KeyB: "/board/", KeyD: "/desk/", KeyL: "/calls/", KeyR: "/recovery/", KeyI: "/ivr/", KeyS: "/admin/" };
  let waitsForPlace = 0;

  const typing = (node) => node.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

  function rows() {
    return [...document.querySelectorAll("[data-row]")];
  }

  function cursor() {
    return document.querySelector("[data-row].is-cursor");
  }

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const now = cursor();
    const next = all[Math.max(0, Math.min(all.length - 1, now ? all.indexOf(now) + step : 0))];
    now?.classList.remove("is-cursor");
    next.classList.add("is-cursor");
    next.scrollIntoView({ block: "nearest" });
    next.querySelector("a")?.focus({ preventScroll: true });
  }

  // Where a place is not in the rail, the role cannot open it.
  function go(code) {
    const link = [...document.querySelectorAll(".rail-line")].find((line) => line.getAttribute("href") === GOES[code]);
    if (link) location.assign(link.href);
  }

  const ACTS = {
    Slash: (event) => (event.shiftKey ? document.getElementById("all-keys").showModal() : document.querySelector("[data-search-here]")?.focus()),
    KeyJ: () => move(1),
    KeyK: () => move(-1),
    KeyO: () => {
      const link = cursor()?.querySelector("[data-fold]");
      if (link) window.consoleParts.fold(link);
    },
    KeyF: () => document.querySelector(".filter summary")?.focus(),
    BracketLeft: () => document.querySelector('[data-key="["]')?.click(),
    BracketRight: () => document.querySelector('[data-key="]"]')?.click(),
    KeyG: () => {
      waitsForPlace = Date.now();
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.code === "Escape") {
      if (typing(event.target)) event.target.blur();
      else if (window.consoleParts.escape()) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.code === "Enter") {
      if (event.target === document.body && cursor()) location.assign(cursor().dataset.href);
      return;
    }
    const second = Date.now() - waitsForPlace < 1500;
    waitsForPlace = 0;
    if (second && event.code in GOES) {
      event.preventDefault();
      go(event.code);
    } else if (event.code in ACTS && (event.code === "Slash" || !event.shiftKey)) {
      event.preventDefault();
      ACTS[event.code](event);
    }
  });
})();
