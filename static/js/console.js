// What htmx does not do: toasts, questions before an act, drawer, menus, folded legs, row height.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);

  // --- toasts: a server names them in `HX-Trigger: {"toast": {"text", "tone", "action", "url"}}`; an undo has `post`
  //     and `values` in place of the url, and the `seconds` it is offered for ----------------------------------------
  function toast({ text, tone, action, url, post, values, seconds }) {
    const place = byId("toasts");
    const line = document.createElement("div");
    line.className = tone === "error" ? "toast-line is-error" : "toast-line";
    line.append(Object.assign(document.createElement("span"), { textContent: text }));
    if (action && url) line.append(Object.assign(document.createElement("a"), { textContent: action, href: url }));
    if (action && post) {
      const undo = Object.assign(document.createElement("button"), { type: "button", textContent: action });
      undo.addEventListener("click", () => {
        line.remove();
        htmx.ajax("POST", post, { source: document.body, swap: "none", values });
      });
      line.append(undo);
      if (seconds) countDown(undo, action, seconds);
    }
    if (tone === "error") {
      const close = Object.assign(document.createElement("button"), { type: "button", textContent: place.dataset.close });
      close.addEventListener("click", () => line.remove());
      line.append(close);
    } else {
      setTimeout(() => line.remove(), (seconds || 6) * 1000);
    }
    place.append(line);
  }
  // The seconds are for eyes only: a screen reader would be told each of them.
  function countDown(button, action, seconds) {
    const left = Object.assign(document.createElement("bdi"), { dir: "ltr", className: "num", textContent: ` ${seconds}` });
    left.ariaHidden = "true";
    button.append(left);
    const timer = setInterval(() => {
      left.textContent = ` ${(seconds -= 1)}`;
      if (seconds <= 0 || !button.isConnected) clearInterval(timer);
    }, 1000);
  }
  document.addEventListener("toast", (event) => toast(event.detail));
  document.addEventListener("htmx:responseError", () => toast({ text: byId("toasts").dataset.failed, tone: "error" }));
  document.addEventListener("htmx:sendError", () => toast({ text: byId("toasts").dataset.offline, tone: "error" }));

  // --- a question before what spends money, rings phones or forgets: hx-confirm, data-consequence, data-verb -------
  document.addEventListener("htmx:confirm", (event) => {
    const { question, elt, issueRequest } = event.detail;
    if (!question) return;
    event.preventDefault();
    const dialog = byId("question");
    byId("question-title").textContent = question;
    dialog.querySelector("[data-consequence]").textContent = elt.dataset.consequence || "";
    if (elt.dataset.verb) dialog.querySelector("[data-verb]").textContent = elt.dataset.verb;
    if (elt.dataset.keep) dialog.querySelector("[data-keep]").textContent = elt.dataset.keep;
    dialog.returnValue = "";
    dialog.addEventListener("close", () => dialog.returnValue === "go" && issueRequest(true), { once: true });
    dialog.showModal();
  });

  // --- drawer: opens when something was swapped into it; the element that asked gets the focus back ---------------
  let opener = null;
  function closeDrawer() {
    byId("drawer").hidden = true;
    opener?.focus();
    opener = null;
  }
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "drawer-body") return;
    opener = event.detail.requestConfig?.elt ?? document.activeElement;
    byId("drawer-title").textContent = opener?.dataset.drawerTitle || "";
    byId("drawer").hidden = false;
    byId("drawer").focus();
  });

  // --- menus and filter panels are <details>: one open at a time, closed by a press elsewhere or Esc --------------
  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(except)) menu.open = false;
  }
  document.addEventListener("toggle", (event) => event.target.matches?.("details.menu[open]") && closeMenus(event.target), true);
  document.addEventListener("change", (event) => {
    if (event.target.type === "radio") event.target.closest("details.menu")?.removeAttribute("open");
  });

  function escape() {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (!byId("drawer").hidden) {
      closeDrawer();
    } else {
      return false;
    }
    return true;
  }

  // --- legs fold out under their call; without a script the link leads to the call's page --------------------------
  function fold(link) {
    const open = link.getAttribute("aria-expanded") !== "true";
    link.setAttribute("aria-expanded", open);
    for (const leg of link.closest("tbody").querySelectorAll("tr.leg")) leg.hidden = !open;
  }

  document.addEventListener("click", (event) => {
    closeMenus(event.target);
    if (event.target.closest("[data-close-drawer]")) closeDrawer();
    const link = event.target.closest("[data-fold]");
    if (link) {
      event.preventDefault();
      fold(link);
    }
    const choice = event.target.closest("[data-density-choice]");
    if (choice) keepDensity(choice);
    const row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, button, input, label, summary") && !String(getSelection())) location.assign(row.dataset.href);
  });

  // --- row height, kept in this browser per table -------------------------------------------------------------------
  const densityKey = (table) => `density:${table.dataset.densityOf}`;
  function keepDensity(choice) {
    const table = choice.closest("[data-density-of]");
    localStorage.setItem(densityKey(table), choice.dataset.densityChoice);
    applyDensity();
  }
  function applyDensity() {
    for (const table of document.querySelectorAll("[data-density-of]")) {
      const kept = localStorage.getItem(densityKey(table)) || "comfortable";
      table.dataset.density = kept;
      for (const choice of table.querySelectorAll("[data-density-choice]")) {
        choice.setAttribute("aria-pressed", choice.dataset.densityChoice === kept);
      }
    }
  }
  document.addEventListener("htmx:afterSettle", applyDensity);
  applyDensity();

  // --- addresses hold what was asked, not the empty fields beside it --------------------------------------------------
  document.addEventListener("htmx:configRequest", (event) => {
    const { verb, parameters } = event.detail;
    if (verb !== "get") return;
    for (const [name, value] of Object.entries(parameters)) if (value === "") delete parameters[name];
  });

  // --- morph swaps keep what the reader did: typed text, open menus, unfolded legs, drawn charts -------------------
  const kept = { open: "details", hidden: "tr.leg", "aria-expanded": "[data-fold]", "data-density": "[data-density-of]", "aria-pressed": "[data-density-choice]" };
  // Idiomorph's own ignoreActiveValue leaves the words of a pressed button as they were, too.
  const typedInto = (name, node) =>
    (name === "value" && node === document.activeElement) || (name === "selected" && node.closest("select") === document.activeElement);
  Object.assign(Idiomorph.defaults.callbacks, {
    beforeAttributeUpdated: (name, node) => !(name in kept && node.matches(kept[name])) && !typedInto(name, node),
    beforeNodeMorphed(old, fresh) {
      if (!(old instanceof Element) || !old.matches("[data-drawn], .dial:has(.dial-progress)")) return true;
      if (fresh.dataset?.completeUntil !== undefined) old.dataset.completeUntil = fresh.dataset.completeUntil;
      return false;
    },
  });

  // --- seconds that run on, by the server's clock: from `data-counts-from` (ms) ---------------------------------------
  const ahead = Number(document.body.dataset.now) - Date.now();
  const clock = (seconds) => {
    const [minutes, rest] = [Math.floor(seconds / 60), String(seconds % 60).padStart(2, "0")];
    return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
  };
  function count() {
    for (const timer of document.querySelectorAll("[data-counts-from]")) {
      timer.textContent = clock(Math.max(0, Math.round((Date.now() + ahead - Number(timer.dataset.countsFrom)) / 1000)));
    }
  }
  setInterval(count, 1000);
  document.addEventListener("htmx:afterSettle", count);
  count();

  window.consoleParts = { escape, fold };
})();
