// The recovery board: keys c, m and z, seconds of claims, and a card that somebody else took says so before it goes.
(() => {
  "use strict";
  const board = () => document.getElementById("recovery");
  const clock = { skew: 0 };
  let cursor = null;
  let holds = false;
  let goes = false;
  let late = false;
  let pressed = false;

  document.documentElement.classList.add("scripted");
  document.addEventListener("change", (event) => event.target.matches("[data-submits]") && event.target.form.requestSubmit());

  // --- claims end by the server's clock ------------------------------------------------------------------------------
  function readClock() {
    clock.skew = Number(board().dataset.now) - Date.now();
  }

  function count() {
    for (const timer of board().querySelectorAll("[data-counts-to]")) {
      const left = Math.max(0, Math.round((Number(timer.dataset.countsTo) - Date.now() - clock.skew) / 1000));
      timer.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    }
  }

  // --- a card that was open here and is another's now: its taker's name, a moment, then it is gone --------------------
  function takenBy(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    return [...board().querySelectorAll("[data-open]:not(.is-taken)")].flatMap((card) => {
      const now = fresh.getElementById(card.id);
      return now?.dataset.claimer ? [[card, now.dataset]] : [];
    });
  }

  function showTaken(card, { claimer, until }) {
    const words = board().dataset.taken.replace("%(name)s", `\u2068${claimer}\u2069`).replace("%(time)s", `\u2066${until}\u2069`);
    card.classList.add("is-taken");
    card.append(Object.assign(document.createElement("div"), { className: "taken", role: "status", textContent: words }));
  }

  // While somebody's name stands on a card the board is not drawn anew; after that it is, whatever happened since.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "recovery") return;
    cursor = board().querySelector("[data-card].is-cursor")?.id ?? null;
    if (inHand()) {
      late = true;
      event.detail.shouldSwap = false;
      return;
    }
    const taken = goes ? [] : takenBy(event.detail.serverResponse);
    goes = false;
    for (const [card, by] of taken) showTaken(card, by);
    if (!holds && !taken.length) return;
    event.detail.shouldSwap = false;
    if (holds) return;
    holds = true;
    setTimeout(() => {
      holds = false;
      goes = true;
      htmx.trigger(document.body, "recoveries");
    }, 1800);
  });

  // Nor while somebody chooses from a menu on it, which would close in their hands (what is chosen closes it), nor
  // between a press and its release: the button would move away under the pointer.
  const inHand = () => pressed || board().querySelector("details.menu[open]") !== null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    event.target.closest("#recovery details.menu")?.removeAttribute("open");
  });
  function catchUp() {
    if (!late || inHand()) return;
    late = false;
    htmx.trigger(document.body, "recoveries");
  }
  document.addEventListener("toggle", catchUp, true);
  document.addEventListener("pointerdown", (event) => {
    pressed = board().contains(event.target);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => setTimeout(() => {  // the click comes first
      pressed = false;
      catchUp();
    }));
  }

  document.addEventListener("htmx:afterSettle", () => {
    readClock();
    count();
    if (cursor) document.getElementById(cursor)?.classList.add("is-cursor");
    wait();
  });

  // --- while a call is on its way the other call buttons wait ---------------------------------------------------------
  function wait() {
    const busy = document.querySelector("[data-dialling]") !== null;
    for (const button of board().querySelectorAll("[data-dial], [data-next]")) {
      button.disabled = busy;
      if (busy && button.dataset.later) button.title = button.dataset.later;
    }
  }

  // --- keys, by their physical place ---------------------------------------------------------------------------------
  const current = () => board().querySelector("[data-card].is-cursor") ?? document.activeElement?.closest("[data-card]");
  const ACTS = {
    KeyC: () => document.querySelector("[data-next]")?.click(),
    KeyM: () => (current() ?? board().querySelector("[data-open]"))?.querySelector("[data-claim]")?.click(),
    KeyZ: () => {
      const menu = (current() ?? board().querySelector("[data-open]"))?.querySelector("[data-snooze]");
      if (!menu) return;
      menu.open = true;
      menu.querySelector("button").focus();
    },
  };

  document.addEventListener("keydown", (event) => {
    if (!(event.code in ACTS) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    ACTS[event.code]();
  });

  readClock();
  count();
  wait();
  setInterval(count, 1000);
})();
