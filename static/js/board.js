// The live board: seconds by the server's clock, limits in words and sound, and its own age. Every two seconds it asks
// how fresh the snapshot is; where no answer comes its age grows by itself, and what changed meanwhile is asked for again.
(() => {
  "use strict";
  const ASK_EVERY = 2000;
  const ASK_WITHIN = 4000;
  const LIMIT = 60; // seconds; over it a queue is red
  const board = () => document.getElementById("board");
  const alarm = document.getElementById("board-alarm");
  const button = document.querySelector("[data-sound]");
  const sounded = new Set();
  let skew = Number(board().dataset.now) - Date.now();
  let sound = null;

  const now = () => Date.now() + skew;

  function clock(seconds) {
    const two = (number) => String(number).padStart(2, "0");
    const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
    return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${rest}` : rest.replace(/^0/, "");
  }

  const since = (moment) => Math.max(0, Math.floor((now() - Number(moment)) / 1000));

  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  // --- age -----------------------------------------------------------------------------------------------------------
  const line = (account) => board().querySelector(`.board-as-of[data-account="${account}"]`);

  function age() {
    for (const one of board().querySelectorAll(".board-as-of")) {
      const seconds = one.dataset.asOf ? since(one.dataset.asOf) : null;
      const old = seconds === null || seconds > Number(board().dataset.staleAfter);
      one.classList.toggle("is-stale", old);
      const said = one.querySelector("[data-age]");
      said.hidden = !old || seconds === null;
      if (!said.hidden) write(said.querySelector("bdi"), clock(seconds));
    }
    for (const card of board().querySelectorAll("[data-queue]")) {
      card.classList.toggle("is-stale", line(card.dataset.account)?.classList.contains("is-stale") ?? true);
    }
  }

  async function ask() {
    if (document.hidden) return;
    try {
      const answer = await fetch(board().dataset.asOfUrl, { cache: "no-store", signal: AbortSignal.timeout(ASK_WITHIN) });
      if (!answer.ok || answer.redirected) return;
      const said = await answer.json();
      skew = said.now - Date.now();
      let changed = false;
      for (const [account, { as_of: asOf, version }] of Object.entries(said.accounts)) {
        const one = line(account);
        if (!one || String(version) !== one.dataset.version) changed = true;
        else if (asOf) fresh(one, asOf);
      }
      if (changed) htmx.trigger(board(), "again");
    } catch {
      // No answer: the board grows old until there is one, and says so.
    } finally {
      tick();
    }
  }

  function fresh(one, asOf) {
    one.dataset.asOf = String(asOf);
    const moment = one.querySelector("[data-moment]");
    const zone = document.documentElement.dataset.zone || "Asia/Jerusalem";
    if (moment) write(moment, new Date(asOf).toLocaleTimeString("en-GB", { timeZone: zone }));
  }

  // --- limits --------------------------------------------------------------------------------------------------------
  function limits() {
    const crossed = [];
    for (const card of board().querySelectorAll("[data-queue]")) {
      const waited = card.dataset.since ? since(card.dataset.since) : 0;
      const stale = card.classList.contains("is-stale");
      const over = !stale && waited > LIMIT;
      const near = !stale && !over && waited > Number(card.dataset.target);
      card.classList.toggle("is-over", over);
      card.classList.toggle("is-near", near);
      const said = card.querySelector("[data-over]");
      said.hidden = !over && !near;
      const limit = clock(over ? LIMIT : Number(card.dataset.target));
      write(said.lastElementChild, board().dataset.wordOver.replace("%(time)s", `\u2066${limit}\u2069`));
      if (over) crossed.push(card);
      else sounded.delete(card.id);
    }
    // Screen readers hear which queues are over, not their seconds.
    const names = crossed.map((card) => board().dataset.wordAlarm
      .replace("%(name)s", `\u2068${card.querySelector("[data-name]").textContent}\u2069`)
      .replace("%(n)s", `\u2066${card.dataset.waiting}\u2069`)
      .replace("%(time)s", `\u2066${clock(LIMIT)}\u2069`));
    alarm.hidden = !crossed.length;
    write(alarm.lastElementChild, names.join(" · "));
    for (const card of crossed) {
      if (sounded.has(card.id)) continue;
      sounded.add(card.id);
      tone();
    }
  }

  // One soft tone for each limit that is crossed; only where the person switched it on.
  function tone() {
    if (sound?.state !== "running") return;
    const [oscillator, gain] = [sound.createOscillator(), sound.createGain()];
    oscillator.frequency.value = 660;
    gain.gain.setValueAtTime(0.12, sound.currentTime);
    gain.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 0.6);
    oscillator.connect(gain).connect(sound.destination);
    oscillator.start();
    oscillator.stop(sound.currentTime + 0.6);
  }

  button?.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    write(button.querySelector(".word"), on ? button.dataset.on : button.dataset.off);
    sound ??= new AudioContext();
    if (on) sound.resume().then(tone);
    else sound.suspend();
  });

  // --- seconds -------------------------------------------------------------------------------------------------------
  function tick() {
    for (const timer of board().querySelectorAll("[data-counts-from]")) write(timer, clock(since(timer.dataset.countsFrom)));
    const wall = board().querySelector("[data-clock]");
    if (wall) write(wall, new Date(now()).toLocaleTimeString("en-GB", { timeZone: "Asia/Jerusalem" }));
    age();
    limits();
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id === "board" || event.target.id === "board") skew = Number(board().dataset.now) - Date.now();
    tick();
  });
  document.addEventListener("visibilitychange", ask);
  tick();
  setInterval(tick, 1000);
  setInterval(ask, ASK_EVERY);
})();
