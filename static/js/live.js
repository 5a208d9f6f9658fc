// One line of server-sent events for the page. It tells elements with `data-live="topic"` by an event `live:topic`
// (for hx-trigger), at most every two seconds each (or every `data-live-every` milliseconds), and says in the top bar whether the line stands.
(() => {
  "use strict";
  const EVERY = 2000;
  const LOST_AFTER = 3000;
  const RETRY = [1000, 2000, 4000, 8000, 15000, 30000];

  const url = document.body.dataset.liveUrl;
  const state = document.querySelector("[data-live-state]");
  const dot = document.querySelector("#freshness .dot");
  const banner = document.getElementById("live-lost");
  const topics = new Set();
  const told = new WeakMap();
  let source = null;
  let attempts = 0;
  let lostAt = null;
  let newsAt = null;

  function tell(element, topic) {
    const now = Date.now();
    const last = told.get(element) ?? { at: 0, waits: false };
    if (last.waits) return;
    const wait = Math.max(0, last.at + Number(element.dataset.liveEvery ?? EVERY) - now);
    told.set(element, { at: last.at, waits: true });
    setTimeout(() => {
      if (document.hidden) {
        document.addEventListener("visibilitychange", () => announce(element, topic), { once: true });
      } else {
        announce(element, topic);
      }
    }, wait);
  }

  function announce(element, topic) {
    told.set(element, { at: Date.now(), waits: false });
    if (element.isConnected) htmx.trigger(element, `live:${topic}`);
  }

  function tellAll(topic) {
    for (const element of document.querySelectorAll(`[data-live~="${topic}"]`)) tell(element, topic);
  }

  function listen() {
    for (const element of document.querySelectorAll("[data-live]")) {
      for (const topic of element.dataset.live.split(" ")) {
        if (topics.has(topic)) continue;
        topics.add(topic);
        source.addEventListener(topic, () => heard(topic));
      }
    }
  }

  function heard(topic) {
    newsAt = Date.now();
    tellAll(topic);
  }

  function opened() {
    const missed = lostAt !== null;
    attempts = 0;
    lostAt = null;
    banner.hidden = true;
    // What happened while the line was down is asked for again.
    if (missed) topics.forEach(tellAll);
    show();
  }

  function failed() {
    lostAt ??= Date.now();
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(connect, RETRY[Math.min(attempts, RETRY.length - 1)]);
      attempts += 1;
    }
    show();
  }

  function connect() {
    topics.clear();
    source = new EventSource(url);
    source.onopen = opened;
    source.onerror = failed;
    listen();
  }

  function show() {
    const lost = lostAt !== null && Date.now() - lostAt > LOST_AFTER;
    const age = newsAt === null ? null : Math.round((Date.now() - newsAt) / 1000);
    dot.className = lost ? "dot dot-lost" : lostAt ? "dot dot-miss" : "dot dot-ok";
    const word = lostAt ? state.dataset.off : state.dataset.on;
    state.textContent = !lostAt && age !== null && age < 60 ? `${word} · ${state.dataset.age.replace("%d", age)}` : word;
    if (lost && banner.hidden) {
      const words = banner.querySelector("[data-text]");
      const time = new Date(lostAt).toLocaleTimeString("en-GB");
      words.textContent = words.dataset.text.replace("%(time)s", `\u2066${time}\u2069`);
      banner.hidden = false;
    }
  }

  connect();
  setInterval(show, 1000);
  document.addEventListener("htmx:afterSettle", listen);
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && connect());
})();
