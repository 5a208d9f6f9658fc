// The recording player: its address lives a minute, so a new one is fetched when the old one has run out (F-66).
(() => {
  "use strict";
  const SPEEDS = [1, 1.5, 2];
  const FRESH = 50_000;
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const players = [];

  function player(box) {
    const audio = box.querySelector("audio");
    const play = box.querySelector("[data-play]");
    const wave = box.querySelector("[data-wave]");
    let since = performance.now();
    let renewing = false;
    audio.controls = false;
    for (const part of box.querySelectorAll("[hidden]")) part.hidden = false;

    const whole = () => (Number.isFinite(audio.duration) && audio.duration) || Number(box.dataset.seconds) || 0;

    async function renew() {
      const headers = JSON.parse(document.body.getAttribute("hx-headers"));
      const answer = await fetch(box.dataset.ticketUrl, { method: "POST", headers, body: new URLSearchParams({ was: box.dataset.ticket }) });
      if (!answer.ok) throw new Error(String(answer.status));
      const { ticket, url } = await answer.json();
      const at = audio.currentTime;
      box.dataset.ticket = ticket;
      audio.src = url;
      audio.currentTime = at;
      since = performance.now();
    }

    function complain() {
      document.dispatchEvent(new CustomEvent("toast", { detail: { text: box.dataset.failed, tone: "error" } }));
    }

    async function start() {
      try {
        if (performance.now() - since > FRESH) await renew();
        audio.playbackRate = Number(box.querySelector("[data-speed][aria-pressed=true]").dataset.speed);
        await audio.play();
      } catch (error) {
        if (error.name !== "AbortError") complain();
      }
    }

    // a part beyond the first minute is asked for with an address that has run out
    audio.addEventListener("error", async () => {
      if (renewing || performance.now() - since < FRESH) return;
      renewing = true;
      try {
        await renew();
        await audio.play();
      } catch {
        complain();
      } finally {
        renewing = false;
      }
    });

    function seek(seconds, go = false) {
      audio.currentTime = Math.max(0, Math.min(whole() || seconds, seconds));
      show();
      if (go && audio.paused) start();
    }

    function speed(step) {
      const now = SPEEDS.indexOf(audio.playbackRate);
      pick(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, (now < 0 ? 0 : now) + step))]);
    }

    function pick(rate) {
      audio.playbackRate = rate;
      for (const choice of box.querySelectorAll("[data-speed]")) choice.setAttribute("aria-pressed", Number(choice.dataset.speed) === rate);
    }

    function show() {
      const now = audio.currentTime;
      const total = whole();
      box.querySelector("[data-now]").textContent = clock(now);
      if (Number.isFinite(audio.duration)) box.querySelector("[data-whole]").textContent = clock(audio.duration);
      wave.setAttribute("aria-valuenow", Math.round(now));
      wave.setAttribute("aria-valuemax", Math.round(total));
      wave.setAttribute("aria-valuetext", clock(now));
      const drawing = wave.querySelector("svg");
      if (drawing && total) {
        const width = drawing.viewBox.baseVal.width;
        const heard = (now / total) * width;
        drawing.querySelector("[data-now-line]").setAttribute("x", Math.min(heard, width - 2));
        for (const bar of drawing.querySelectorAll("[data-bar]")) bar.classList.toggle("is-heard", Number(bar.getAttribute("x")) < heard);
      }
      light(one, now, total);
    }

    play.addEventListener("click", () => (audio.paused ? start() : audio.pause()));
    for (const state of ["play", "pause", "ended"]) {
      audio.addEventListener(state, () => {
        box.classList.toggle("is-playing", !audio.paused);
        play.setAttribute("aria-label", audio.paused ? play.dataset.wordPlay : play.dataset.wordPause);
        if (!audio.paused) for (const other of players) if (other !== one) other.audio.pause();
        show();
      });
    }
    audio.addEventListener("timeupdate", show);
    audio.addEventListener("loadedmetadata", show);
    box.addEventListener("click", (event) => {
      const jump = event.target.closest("[data-jump]");
      const rate = event.target.closest("[data-speed]");
      if (jump) seek(audio.currentTime + Number(jump.dataset.jump));
      if (rate) pick(Number(rate.dataset.speed));
    });
    wave.addEventListener("click", (event) => {
      const place = wave.getBoundingClientRect();
      seek(((event.clientX - place.left) / place.width) * whole(), true);
    });
    const one = { box, audio, seek, speed, whole, toggle: () => (audio.paused ? start() : audio.pause()) };
    return one;
  }

  // Player, strip, step and line light together. The transcript is the first recording's.
  function light(one, now, total) {
    if (one === players[0]) {
      const lines = [...document.querySelectorAll("[data-at]")];
      const current = lines.filter((line) => Number(line.dataset.at) <= now).pop();
      for (const line of lines) line.classList.toggle("is-now", line === current);
    }
    const its = `[data-plays="${one.box.dataset.leg}"]`;
    for (const step of document.querySelectorAll(`.told-step${its}`)) step.classList.toggle("is-now", !one.audio.paused);
    const block = document.querySelector(`.strip-story rect${its}`);
    if (block && total) mark(block, now / total);
  }

  // A needle over the strip, where the recording is: blocks lie in per cent of it, from the right in Hebrew.
  function mark(block, part) {
    const strip = block.closest("svg");
    let needle = strip.querySelector(".strip-now");
    if (!needle) {
      needle = document.createElementNS(strip.namespaceURI, "rect");
      for (const [name, value] of Object.entries({ class: "strip-now", y: 0, width: 2, height: 36 })) needle.setAttribute(name, value);
      strip.append(needle);
    }
    const share = document.dir === "rtl" ? 1 - part : part;
    needle.setAttribute("x", `${parseFloat(block.getAttribute("x")) + parseFloat(block.getAttribute("width")) * share}%`);
  }

  // The second that was pressed: a step and a line begin at theirs, a block of the strip is pressed somewhere in it.
  function pressed(place, event, one) {
    if (!(place instanceof SVGElement)) return Number(place.dataset.at || 0);
    const its = place.getBoundingClientRect();
    const part = (event.clientX - its.left) / its.width;
    return (document.dir === "rtl" ? 1 - part : part) * one.whole();
  }

  for (const box of document.querySelectorAll("[data-player]")) players.push(player(box));
  if (!players.length) return;

  document.addEventListener("click", (event) => {
    const place = event.target.closest("[data-at], [data-plays]");
    if (!place || event.target.closest("a, summary, form") || String(getSelection())) return;
    const one = players.find((each) => each.box.dataset.leg === place.dataset.plays) || players[0];
    one.seek(pressed(place, event, one), true);
  });

  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (at.closest("input, textarea, select, summary, [contenteditable]")) return;
    const active = players.find((one) => !one.audio.paused) || players[0];
    if (event.code === "Space" && !at.closest("button, a")) active.toggle();
    else if (event.code === "ArrowLeft") active.seek(active.audio.currentTime - 5);
    else if (event.code === "ArrowRight") active.seek(active.audio.currentTime + 5);
    else if (event.code === "Comma" && event.shiftKey) active.speed(-1);
    else if (event.code === "Period" && event.shiftKey) active.speed(1);
    else return;
    event.preventDefault();
  });

  // find in this call
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-find-line]")) return;
    const wanted = event.target.value.trim().toLowerCase();
    for (const line of document.querySelectorAll("[data-at]")) line.hidden = Boolean(wanted) && !line.textContent.toLowerCase().includes(wanted);
  });
})();
