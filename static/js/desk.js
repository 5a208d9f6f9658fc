// The phone's panel on the desk. One tab of the browser holds the phone; the others say so and take over when it closes.
(() => {
  "use strict";
  const panel = document.getElementById("phone");
  if (!panel) return;
  const state = panel.querySelector("[data-phone-state]");
  const lines = panel.querySelector("[data-phone-calls]");
  const none = panel.querySelector("[data-phone-none]");
  const template = panel.querySelector("template");
  const RETRY = [2000, 5000, 15000, 60000];
  let attempts = 0;

  function say(word, tone) {
    state.textContent = state.dataset[word];
    panel.dataset.state = word;
    panel.querySelector(".dot").className = `dot dot-${tone}`;
  }

  const row = (id) => lines.querySelector(`[data-call="${CSS.escape(id)}"]`);

  function show(id, { number, name }, phase) {
    const line = template.content.firstElementChild.cloneNode(true);
    line.dataset.call = id;
    line.querySelector("[data-who]").textContent = name || number || panel.dataset.anonymous;
    line.querySelector("[data-number]").textContent = name ? number : "";
    lines.append(line);
    become(id, phase);
  }

  function become(id, phase) {
    const line = row(id);
    if (!line) return;
    line.dataset.phase = phase;
    line.querySelector("[data-phase]").textContent = panel.dataset[phase];
    line.querySelector("[data-answer]").hidden = phase !== "ringing";
    line.querySelector("[data-mute]").hidden = phase !== "talking";
    none.hidden = true;
  }

  function remove(id) {
    row(id)?.remove();
    none.hidden = lines.children.length > 0;
  }

  // The library asks for the microphone by itself, and says nothing to anybody where there is none.
  async function microphone() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
  }

  async function credentials() {
    const answer = await fetch(panel.dataset.credentials, {
      method: "POST", cache: "no-store", headers: { "X-CSRFToken": panel.querySelector("[name=csrfmiddlewaretoken]").value },
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  function again(begin) {
    setTimeout(begin, RETRY[Math.min(attempts, RETRY.length - 1)]);
    attempts += 1;
  }

  // Holds the phone until the page goes: the promise never resolves.
  function hold() {
    return new Promise(() => {
      const phone = new WebPhone();
      phone.onRegister = () => { attempts = 0; say("registered", "ok"); };
      phone.onRegisterFailed = () => say("refused", "lost");
      phone.onInitiateFailed = () => say("failed", "lost");
      phone.onDisconnect = () => say("lost", "miss");
      phone.onRinging = (id, who) => show(id, who, "ringing");
      phone.onCall = (id, who) => show(id, who, "dialling");
      phone.onCallAnswer = (id) => become(id, "talking");
      phone.onCallEnd = remove;
      phone.onCallFailed = remove;
      phone.onCallRejected = remove;
      phone.onMute = (muted) => {
        for (const button of lines.querySelectorAll("[data-mute]")) button.setAttribute("aria-pressed", String(muted));
      };
      lines.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        const id = button?.closest("[data-call]")?.dataset.call;
        if (!id) return;
        if ("answer" in button.dataset) phone.answer(id);
        if ("hangUp" in button.dataset) phone.hangUp(id);
        if ("mute" in button.dataset) button.getAttribute("aria-pressed") === "true" ? phone.unmute(id) : phone.mute(id);
      });
      addEventListener("pagehide", () => phone.leave());

      const begin = async () => {
        say("connecting", "miss");
        try {
          await microphone();
        } catch {
          say("microphone", "lost");
          return;
        }
        try {
          phone.initiate(await credentials());
        } catch {
          say("failed", "lost");
          again(begin);
        }
      };
      begin();
    });
  }

  say("connecting", "miss");
  navigator.locks.request("web-phone", { ifAvailable: true }, (lock) => (lock ? hold() : null)).then(() => {
    say("elsewhere", "fail");
    navigator.locks.request("web-phone", hold);
  });
})();
